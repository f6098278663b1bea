package gateway

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"

	"vitrine/backend/problem"
)

func isAPI(r *http.Request) bool { return strings.HasPrefix(r.URL.Path+"/", apiPrefix) }

// secure sets what every answer carries.
func secure(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
}

type requestKey struct{}

// identify names each request, in the context and in the answer.
func (g *Gateway) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := rand.Text()[:16]
		w.Header().Set("Vitrine-Request", id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestKey{}, id)))
	})
}

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// recover answers a panic. One under the window's asset server would otherwise
// end the program, and with it unsaved work.
func (g *Gateway) recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if caught := recover(); caught != nil {
				// The value of a panic may quote data: the log keeps its type and the stack.
				g.log.ErrorContext(r.Context(), "panic in a request", "path", r.URL.Path, "stack", string(debug.Stack()))
				g.write(w, r, problem.New(problem.Internal, "panic", "Vitrine could not finish this because of a fault of its own.").
					Try("Try again; if it happens again, send the log with the time it happened."))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// guard admits requests to the API: from a page or program that reached this
// machine under its own name (against DNS rebinding), from no other web page,
// and with the token where one is asked for.
func (g *Gateway) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !g.knownHost(r):
			g.write(w, r, unknownHost())
		case !g.sameOrigin(r):
			g.write(w, r, problem.New(problem.Forbidden, "origin-unknown", "Another web page may not use this address."))
		case !g.admitted(r):
			w.Header().Set("WWW-Authenticate", `Bearer realm="vitrine"`)
			g.write(w, r, problem.New(problem.Unauthorized, "token-needed", "This address needs the access token.").
				Try("Open the address that vitrine serve printed when it started, or paste its token."))
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func unknownHost() error {
	return problem.New(problem.Forbidden, "host-unknown", "This address answers under 127.0.0.1 and localhost only.")
}

// knownHost holds for loopback names; the window's own scheme has no network.
func (g *Gateway) knownHost(r *http.Request) bool {
	if g.options.Door == "window" {
		return true
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	return host == "127.0.0.1" || host == "localhost" || host == "[::1]" || host == "::1"
}

// sameOrigin holds where the browser names no origin or this very address.
func (g *Gateway) sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || g.options.Door == "window" {
		return true
	}
	from, err := url.Parse(origin)
	return err == nil && from.Scheme == "http" && from.Host == r.Host
}

func (g *Gateway) admitted(r *http.Request) bool {
	if g.options.Token == "" || r.URL.Path == "/api/v1/openapi.json" {
		return true
	}
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return ok && subtle.ConstantTimeCompare([]byte(token), []byte(g.options.Token)) == 1
}
