package gateway

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"net/http"
	"path"
	"strconv"
)

// noncePlace stands in the built page where the nonce goes.
var noncePlace = []byte("__CSP_NONCE__")

func isDocument(r *http.Request) bool {
	return isRead(r) && (r.URL.Path == "/" || r.URL.Path == "/index.html")
}

func isRead(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// isClean holds for paths with one spelling. Others would reach the page round
// document, without its policy, or list a folder.
func isClean(at string) bool { return at == "" || path.Clean(at) == at }

// document serves the page with a fresh nonce and the policy that names it. The
// page is recorded from ui rather than read from the built files because in
// development ui is a proxy.
func document(ui http.Handler, w http.ResponseWriter, r *http.Request) {
	r = r.Clone(r.Context())
	r.URL.Path = "/"
	for _, name := range []string{"Accept-Encoding", "If-None-Match", "If-Modified-Since", "Range"} {
		r.Header.Del(name)
	}
	page := &recorder{header: http.Header{}, code: http.StatusOK}
	ui.ServeHTTP(page, r)
	nonce := rand.Text()
	body := bytes.ReplaceAll(page.body.Bytes(), noncePlace, []byte(nonce))
	h := w.Header()
	for name, values := range page.header {
		h[name] = values
	}
	h.Del("Etag")
	h.Del("Last-Modified")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", fmt.Sprintf(contentPolicy, nonce))
	w.WriteHeader(page.code)
	_, _ = w.Write(body) // a caller who has gone away is no fault
}

// recorder keeps an answer to change it before it goes out.
type recorder struct {
	header http.Header
	code   int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(code int)        { r.code = code }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }
