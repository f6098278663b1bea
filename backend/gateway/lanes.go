package gateway

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"vitrine/backend/problem"
)

// laneHeader names a stream of requests of which only the newest matters, such
// as the counts of a moving slider. The window's web view does not tell the
// server that it dropped a request, so the page says it this way.
const laneHeader = "Vitrine-Lane"

var errSuperseded = errors.New("a newer request in the same lane")

func newerCall() error {
	return problem.New(problem.Superseded, "superseded", "A newer request took this one's place.")
}

// superseded reports whether the lane of a request has moved on.
func superseded(ctx context.Context) bool {
	return errors.Is(context.Cause(ctx), errSuperseded)
}

// lanes remembers the request under way in each lane.
type lanes struct {
	mu      sync.Mutex
	current map[string]*laneCall
}

type laneCall struct{ cancel context.CancelCauseFunc }

// inLane cancels the older request of a lane when a newer one arrives.
func (g *Gateway) inLane(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lane := r.Header.Get(laneHeader)
		if lane == "" {
			next.ServeHTTP(w, r)
			return
		}
		ctx, leave := g.lanes.enter(r.Context(), r.URL.Path+" "+lane)
		defer leave()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

func (l *lanes) enter(parent context.Context, key string) (ctx context.Context, leave func()) {
	ctx, cancel := context.WithCancelCause(parent)
	call := &laneCall{cancel}
	l.mu.Lock()
	if l.current == nil {
		l.current = map[string]*laneCall{}
	}
	if older := l.current[key]; older != nil {
		older.cancel(errSuperseded)
	}
	l.current[key] = call
	l.mu.Unlock()
	return ctx, func() {
		cancel(nil)
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.current[key] == call {
			delete(l.current, key)
		}
	}
}
