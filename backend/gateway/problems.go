package gateway

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"vitrine/backend/problem"
)

// Problem is an error as the API writes it (RFC 9457).
type Problem struct {
	Type      string    `json:"type" doc:"Identifies the kind of problem"`
	Title     string    `json:"title" doc:"The kind of problem in a few words"`
	Status    int       `json:"status"`
	Code      string    `json:"code" doc:"Stable code of this problem"`
	Detail    string    `json:"detail" doc:"What went wrong, in a sentence"`
	Place     string    `json:"place,omitempty" doc:"File, line or JSON pointer"`
	Hint      string    `json:"hint,omitempty" doc:"What to do next"`
	RequestID string    `json:"request_id,omitempty" doc:"Names this request in the log"`
	Errors    []Finding `json:"errors,omitempty"`
}

// Finding is one of several things wrong with what was sent.
type Finding struct {
	Location string `json:"location" doc:"JSON pointer, line or column"`
	Message  string `json:"message"`
}

// Error, GetStatus and ContentType let huma write a Problem.
func (p *Problem) Error() string             { return p.Detail }
func (p *Problem) GetStatus() int            { return p.Status }
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// status and title of each kind.
var kinds = map[problem.Kind]struct {
	status int
	title  string
}{
	problem.Invalid:      {http.StatusUnprocessableEntity, "This cannot be used as it is"},
	problem.NotFound:     {http.StatusNotFound, "Not found"},
	problem.Forbidden:    {http.StatusForbidden, "Not permitted"},
	problem.Unauthorized: {http.StatusUnauthorized, "Access token needed"},
	problem.Locked:       {http.StatusLocked, "The vault is locked"},
	problem.Conflict:     {http.StatusConflict, "Not possible at the moment"},
	problem.Superseded:   {http.StatusConflict, "Superseded by a newer request"},
	problem.TooLarge:     {http.StatusRequestEntityTooLarge, "Too large"},
	problem.Unavailable:  {http.StatusServiceUnavailable, "Not available at the moment"},
	problem.Internal:     {http.StatusInternalServerError, "A fault in Vitrine"},
}

// body turns an error into what the caller reads, and logs what they do not.
func (g *Gateway) body(ctx context.Context, err error) *Problem {
	if superseded(ctx) {
		err = newerCall()
	}
	p := problem.From(err)
	if p.Kind == problem.Internal {
		g.log.ErrorContext(ctx, "request failed", "request", requestID(ctx), "error", err)
	}
	kind := kinds[p.Kind]
	out := &Problem{
		Type: "urn:vitrine:problem:" + p.Code, Title: kind.title, Status: kind.status,
		Code: p.Code, Detail: p.Message, Place: p.Place, Hint: p.Hint, RequestID: requestID(ctx),
	}
	for _, d := range p.Details {
		out.Errors = append(out.Errors, Finding{d.Place, d.Message})
	}
	return out
}

// write answers with a problem outside huma.
func (g *Gateway) write(w http.ResponseWriter, r *http.Request, err error) {
	answerProblem(w, g.body(r.Context(), err))
}

func answerProblem(w http.ResponseWriter, body *Problem) {
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(body.Status)
	_ = json.NewEncoder(w).Encode(body) // a caller who has gone away is no fault
}

// routed answers the API's routes, and only under the one spelling of their path:
// the router would redirect others, which a program that sends a body cannot follow.
func (g *Gateway) routed() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isClean(r.URL.EscapedPath()) {
			g.routes.ServeHTTP(w, r)
			return
		}
		g.noSuchRoute(w, r)
	})
}

// unrouted answers what no route takes: an address that there is under another
// method, or none.
func (g *Gateway) unrouted(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := g.routes.Handler(other); pattern != apiPrefix {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) > 0 {
		g.wrongMethod(w, r, allowed...)
		return
	}
	g.noSuchRoute(w, r)
}

func (g *Gateway) wrongMethod(w http.ResponseWriter, r *http.Request, allowed ...string) {
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	p := g.body(r.Context(), problem.New(problem.Invalid, "method-unknown", "This address does not take that method.").
		At(r.Method+" "+r.URL.Path).Try("It takes "+strings.Join(allowed, ", ")+"."))
	p.Status, p.Title = http.StatusMethodNotAllowed, http.StatusText(http.StatusMethodNotAllowed)
	answerProblem(w, p)
}

func (g *Gateway) noSuchFile(w http.ResponseWriter, r *http.Request) {
	g.write(w, r, problem.New(problem.NotFound, "page-unknown", "There is no such page.").At(r.URL.Path).Try("Start at /."))
}

func (g *Gateway) noSuchRoute(w http.ResponseWriter, r *http.Request) {
	g.write(w, r, problem.New(problem.NotFound, "route-unknown", "The API has no such address.").
		At(r.Method+" "+r.URL.Path).Try("See /api/v1/openapi.json for what there is."))
}

var once sync.Once

// settleHuma gives huma's own refusals (a malformed body, a missing parameter)
// the shape of every other problem, and says that a list is never null. huma
// keeps both in package variables, so they are set once for the process.
func settleHuma() {
	once.Do(func() {
		huma.DefaultArrayNullable = false
		huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
			return refusal("", status, message, errs)
		}
		huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
			return refusal(requestID(ctx.Context()), status, message, errs)
		}
	})
}

func refusal(id string, status int, message string, errs []error) *Problem {
	p := &Problem{
		Type: "urn:vitrine:problem:request-invalid", Code: "request-invalid", Status: status,
		Title: http.StatusText(status), Detail: "The request does not have the form this address expects: " + message + ".",
		Hint: "See /api/v1/openapi.json for the form.", RequestID: id,
	}
	for _, err := range errs {
		if d, ok := err.(huma.ErrorDetailer); ok {
			// Only place and message: the value itself may be a participant's.
			p.Errors = append(p.Errors, Finding{d.ErrorDetail().Location, d.ErrorDetail().Message})
		}
	}
	return p
}
