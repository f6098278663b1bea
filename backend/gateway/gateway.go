// Package gateway is the HTTP face of the backend: /api/v1, described by its own
// Go types, and the user interface beside it. The window, the browser and other
// programs all come through the same handler.
//
// In the window the handler answers in-process and no port is open. In serve
// mode it listens on this machine, and then a bearer token, a known Host and a
// matching Origin are asked for. Whatever goes wrong reaches the caller as
// application/problem+json; a panic is logged and answered, never passed on,
// because one under the window's asset server would end the program.
package gateway

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"vitrine/backend"
)

// Options says who stands at this door.
type Options struct {
	Door   string       // "window" or "serve"
	Token  string       // bearer token that callers must present; "" asks for none
	Native Native       // what only a window can do; nil in serve mode
	Log    *slog.Logger // nil is slog.Default
}

// Native is what the window adds: dialogs of the operating system. An empty path
// means that the person cancelled.
type Native interface {
	ChooseFolder(ctx context.Context, title string) (string, error)
	ChooseSavePath(ctx context.Context, title, suggested string) (string, error)
}

// Gateway serves one backend through one door.
type Gateway struct {
	backend *backend.Backend
	options Options
	api     huma.API
	routes  *http.ServeMux
	lanes   lanes
	log     *slog.Logger
}

// New makes the API for a backend.
func New(b *backend.Backend, o Options) *Gateway {
	g := &Gateway{backend: b, options: o, routes: http.NewServeMux(), log: o.Log}
	if g.log == nil {
		g.log = slog.Default()
	}
	settleHuma()
	g.api = humago.New(g.routes, apiConfig())
	g.register()
	return g
}

const apiPrefix = "/api/"

func apiConfig() huma.Config {
	config := huma.DefaultConfig("Vitrine", "1")
	config.Info.Description = "Cohort analytics and model inference over the datasets this vault holds. " +
		"All JSON is snake_case; errors are application/problem+json (RFC 9457)."
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil // no $schema links in answers
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token": {Type: "http", Scheme: "bearer", Description: "Printed once when vitrine serve starts; the window needs none"},
	}
	config.Security = []map[string][]string{{"token": {}}}
	return config
}

// OpenAPI is the API's description as JSON.
func (g *Gateway) OpenAPI() ([]byte, error) { return g.api.OpenAPI().MarshalJSON() }

func (g *Gateway) register() {
	g.routes.HandleFunc("GET /api/v1/openapi.json", g.openAPI)
	g.vaultRoutes()
	g.overviewRoutes()
	g.datasetRoutes()
	g.cohortRoutes()
	g.modelRoutes()
	g.nativeRoutes()
	g.routes.HandleFunc(apiPrefix, g.unrouted)
}

func (g *Gateway) openAPI(w http.ResponseWriter, r *http.Request) {
	data, err := g.OpenAPI()
	if err != nil {
		g.write(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(data) // a caller who has gone away is no fault
}

// Handler serves the API and the user interface's files.
func (g *Gateway) Handler(ui fs.FS) http.Handler {
	return g.Middleware(http.FileServerFS(ui))
}

// Middleware answers the API and lets ui answer the rest, with the nonce put
// into its page. It fits the window's asset server.
func (g *Gateway) Middleware(ui http.Handler) http.Handler {
	api := g.guard(g.inLane(g.routed()))
	return g.identify(g.recover(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secure(w.Header())
		switch {
		case isAPI(r):
			w.Header().Set("Cache-Control", "no-store")
			api.ServeHTTP(w, r)
		case !g.knownHost(r):
			g.write(w, r, unknownHost())
		case isDocument(r):
			document(ui, w, r)
		case !isRead(r):
			g.wrongMethod(w, r, http.MethodGet, http.MethodHead)
		case !isClean(r.URL.Path):
			g.noSuchFile(w, r)
		default:
			ui.ServeHTTP(w, r)
		}
	})))
}

// add registers an operation whose errors become problems with the request's id.
func add[I, O any](g *Gateway, op huma.Operation, do func(context.Context, *I) (*O, error)) {
	huma.Register(g.api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := do(ctx, in)
		if err != nil {
			return nil, g.body(ctx, err)
		}
		return out, nil
	})
}

// answer wraps a body for huma.
type answer[T any] struct{ Body T }

func reply[T any](body T, err error) (*answer[T], error) {
	if err != nil {
		return nil, err
	}
	return &answer[T]{body}, nil
}
