package gateway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"vitrine/backend"
	"vitrine/backend/gateway"
)

var update = flag.Bool("update", false, "write frontend/openapi.json anew")

const token = "a-token-for-tests"

var page = fstest.MapFS{
	"index.html": {Data: []byte(`<!doctype html><meta property="csp-nonce" nonce="__CSP_NONCE__"><script type="module" src="/app.js"></script>`)},
	"app.js":     {Data: []byte(`export {}`)},
}

// server serves a new vault as vitrine serve does.
func server(t *testing.T) (*httptest.Server, *backend.Backend) {
	t.Helper()
	b, err := backend.Open(context.Background(), backend.Options{
		Home: t.TempDir(), Door: "serve", Demonstration: filepath.Join("..", "..", "testdata", "demonstration"),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	g := gateway.New(b, gateway.Options{Door: "serve", Token: token, Log: slog.New(slog.DiscardHandler)})
	s := httptest.NewServer(g.Handler(page))
	t.Cleanup(s.Close)
	return s, b
}

type call struct {
	method, path, body, contentType string
	header                          map[string]string
	host                            string
}

func (c call) do(t *testing.T, s *httptest.Server) (*http.Response, []byte) {
	t.Helper()
	request, err := http.NewRequest(c.method, s.URL+c.path, strings.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	if c.body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.contentType != "" {
		request.Header.Set("Content-Type", c.contentType)
	}
	for name, value := range c.header {
		request.Header.Set(name, value)
	}
	if c.host != "" {
		request.Host = c.host
	}
	response, err := s.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, body
}

// want does the call, checks the status and reads the answer into out.
func (c call) want(t *testing.T, s *httptest.Server, status int, out any) {
	t.Helper()
	response, body := c.do(t, s)
	if response.StatusCode != status {
		t.Fatalf("%s %s: status %d, want %d: %s", c.method, c.path, response.StatusCode, status, body)
	}
	if out == nil {
		return
	}
	if err := json.Unmarshal(body, out); err != nil {
		t.Fatalf("%s %s: %v in %s", c.method, c.path, err, body)
	}
}

func TestTheDocumentIsCurrent(t *testing.T) {
	data, err := gateway.New(nil, gateway.Options{Door: "serve"}).OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, data, "", "  "); err != nil {
		t.Fatal(err)
	}
	pretty.WriteByte('\n')
	path := filepath.Join("..", "..", "frontend", "openapi.json")
	if *update {
		if err := os.WriteFile(path, pretty.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(committed, pretty.Bytes()) {
		t.Error("frontend/openapi.json is stale: run go test ./backend/gateway -update, then npm run api in frontend")
	}
}

func TestOnlyWhoHoldsTheTokenOnThisMachineGetsIn(t *testing.T) {
	s, _ := server(t)
	address := strings.TrimPrefix(s.URL, "http://")
	for name, c := range map[string]struct {
		call   call
		status int
		code   string
	}{
		"with the token":    {call{}, 200, ""},
		"no token":          {call{header: map[string]string{"Authorization": ""}}, 401, "token-needed"},
		"another token":     {call{header: map[string]string{"Authorization": "Bearer guess"}}, 401, "token-needed"},
		"basic":             {call{header: map[string]string{"Authorization": "Basic " + token}}, 401, "token-needed"},
		"another host":      {call{host: "evil.example"}, 403, "host-unknown"},
		"rebinding":         {call{host: "evil.example:80"}, 403, "host-unknown"},
		"localhost":         {call{host: "localhost:1"}, 200, ""},
		"another page":      {call{header: map[string]string{"Origin": "https://evil.example"}}, 403, "origin-unknown"},
		"another port":      {call{header: map[string]string{"Origin": "http://127.0.0.1:1"}}, 403, "origin-unknown"},
		"a sandboxed frame": {call{header: map[string]string{"Origin": "null"}}, 403, "origin-unknown"},
		"the page itself":   {call{header: map[string]string{"Origin": "http://" + address}}, 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c.call.method, c.call.path = "GET", "/api/v1/overview"
			var p gateway.Problem
			c.call.want(t, s, c.status, &p)
			if p.Code != c.code {
				t.Errorf("code %q, want %q", p.Code, c.code)
			}
		})
	}
	call{method: "GET", path: "/", host: "evil.example"}.want(t, s, 403, nil)
}

func TestThePageComesWithANonceOfItsOwn(t *testing.T) {
	s, _ := server(t)
	nonces := map[string]bool{}
	for range 3 {
		response, body := call{method: "GET", path: "/", header: map[string]string{"Authorization": ""}}.do(t, s)
		match := regexp.MustCompile(`nonce="([A-Z2-7]{20,})"`).FindSubmatch(body)
		if match == nil {
			t.Fatalf("no nonce in %s", body)
		}
		policy := response.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "'nonce-"+string(match[1])+"'") || strings.Contains(policy, "unsafe") {
			t.Errorf("policy %s", policy)
		}
		if response.Header.Get("Cache-Control") != "no-store" || response.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Error("the page is kept or sniffed")
		}
		nonces[string(match[1])] = true
	}
	if len(nonces) != 3 {
		t.Error("a nonce was used twice")
	}
	response, body := call{method: "GET", path: "/app.js"}.do(t, s)
	if response.StatusCode != 200 || string(body) != "export {}" {
		t.Errorf("the page's own file: %d %s", response.StatusCode, body)
	}
}

func TestProblemsAreRFC9457AndNameTheRequest(t *testing.T) {
	s, _ := server(t)
	for name, c := range map[string]struct {
		call   call
		status int
		code   string
	}{
		"no such address":   {call{method: "GET", path: "/api/v1/nothing"}, 404, "route-unknown"},
		"another method":    {call{method: "DELETE", path: "/api/v1/overview"}, 405, "method-unknown"},
		"method of a page":  {call{method: "POST", path: "/"}, 405, "method-unknown"},
		"two spellings":     {call{method: "GET", path: "/api/v1//overview"}, 404, "route-unknown"},
		"api alone":         {call{method: "GET", path: "/api"}, 404, "route-unknown"},
		"round the page":    {call{method: "GET", path: "/x/.."}, 404, "page-unknown"},
		"a listing":         {call{method: "GET", path: "/assets/"}, 404, "page-unknown"},
		"odd folder":        {call{method: "POST", path: "/api/v1/datasets", body: `{"folder":"a\u0000b"}`}, 422, "folder-name"},
		"dots for a name":   {call{method: "GET", path: "/api/v1/datasets/%2e%2e%2f%2e%2e"}, 404, "dataset-unknown"},
		"no such dataset":   {call{method: "GET", path: "/api/v1/datasets/nothing"}, 404, "dataset-unknown"},
		"no such model":     {call{method: "GET", path: "/api/v1/models/nothing"}, 404, "model-unknown"},
		"not JSON":          {call{method: "POST", path: "/api/v1/cohorts/evaluate", body: "{"}, 400, "request-invalid"},
		"not the form":      {call{method: "POST", path: "/api/v1/cohorts/evaluate", body: "{}"}, 422, "request-invalid"},
		"unknown parameter": {call{method: "GET", path: "/api/v1/fields?limit=0"}, 422, "request-invalid"},
		"missing folder":    {call{method: "POST", path: "/api/v1/datasets", body: `{"folder":"/no/such/folder"}`}, 404, ""},
		"half a model":      {call{method: "POST", path: "/api/v1/models?name=m", body: "tree\nversion=v4\n", contentType: "application/octet-stream"}, 422, ""},
		"window only":       {call{method: "POST", path: "/api/v1/native/choose-folder", body: `{"title":"x"}`}, 404, "window-only"},
	} {
		t.Run(name, func(t *testing.T) {
			response, body := c.call.do(t, s)
			var p gateway.Problem
			if err := json.Unmarshal(body, &p); err != nil {
				t.Fatalf("%v: %s", err, body)
			}
			if response.StatusCode != c.status || p.Status != c.status || c.code != "" && p.Code != c.code {
				t.Errorf("status %d, code %q: %s", response.StatusCode, p.Code, body)
			}
			if response.Header.Get("Content-Type") != "application/problem+json" || p.Detail == "" || p.Title == "" ||
				p.RequestID == "" || p.RequestID != response.Header.Get("Vitrine-Request") {
				t.Errorf("incomplete: %s", body)
			}
		})
	}
}

func TestAPersonsDocumentKeepsItsPointers(t *testing.T) {
	s, _ := server(t)
	call{method: "POST", path: "/api/v1/demonstration"}.want(t, s, 200, nil)
	var p gateway.Problem
	call{method: "POST", path: "/api/v1/analyses", body: `{"analysis":{"version":1,"kind":"kaplan_meier",
		"cohort":{"version":1,"dataset":"clinical-classics","base":{"table":"pbc"},"include":[{"rule":{"field":"pbc.billi","above":1}}]},
		"time":"pbc.time","event":{"field":"pbc.status","in":[2]}}}`}.want(t, s, 422, &p)
	if len(p.Errors) != 1 || p.Errors[0].Location != "/cohort/include/0/rule/field" {
		t.Errorf("findings %+v", p.Errors)
	}
}

func TestAPanicIsAnsweredAndTheServerLives(t *testing.T) {
	var log bytes.Buffer
	g := gateway.New(nil, gateway.Options{Door: "window", Log: slog.New(slog.NewTextHandler(&log, nil))})
	s := httptest.NewServer(g.Handler(page))
	defer s.Close()
	var p gateway.Problem
	call{method: "GET", path: "/api/v1/overview"}.want(t, s, 500, &p) // the nil backend panics
	if p.Code != "panic" || strings.Contains(p.Detail, "nil") || !strings.Contains(log.String(), "panic in a request") {
		t.Errorf("answer %+v, log %s", p, log.String())
	}
	call{method: "GET", path: "/api/v1/openapi.json"}.want(t, s, 200, nil)
}

func TestTheDemonstrationAnswersOverHTTP(t *testing.T) {
	s, _ := server(t)
	var first, second backend.Demonstration
	call{method: "POST", path: "/api/v1/demonstration"}.want(t, s, 200, &first)
	call{method: "POST", path: "/api/v1/demonstration"}.want(t, s, 200, &second)
	if first.Already || !second.Already || len(second.Datasets) != 1 || len(second.Models) != 1 {
		t.Fatalf("first %+v, second %+v", first, second)
	}
	var counts backend.CohortCounts
	call{method: "POST", path: "/api/v1/cohorts/evaluate", body: `{"definition":` + string(first.Examples.Cohort) + `}`}.want(t, s, 200, &counts)
	if counts.Participants == 0 || len(counts.Attrition) != 5 {
		t.Errorf("counts %+v", counts)
	}
	var answer struct {
		Survival struct {
			N int `json:"n"`
		} `json:"survival"`
		Figure struct {
			SVG string `json:"svg"`
		} `json:"figure"`
	}
	call{method: "POST", path: "/api/v1/analyses", body: `{"theme":"dark","analysis":` + string(first.Examples.Survival) + `}`}.want(t, s, 200, &answer)
	if answer.Survival.N != 312 || !strings.HasPrefix(answer.Figure.SVG, "<svg") {
		t.Errorf("survival of %d participants, figure %.40s", answer.Survival.N, answer.Figure.SVG)
	}
	response, svg := call{method: "POST", path: "/api/v1/analyses/export", body: `{"analysis":` + string(first.Examples.Survival) + `}`}.do(t, s)
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != "image/svg+xml" || !bytes.HasPrefix(svg, []byte("<svg")) {
		t.Errorf("export: %d %s %.40s", response.StatusCode, response.Header.Get("Content-Type"), svg)
	}
	var scores backend.Scores
	call{method: "POST", path: "/api/v1/models/" + first.Models[0].ID + "/score?name=rows.csv&limit=3", body: first.Examples.Rows,
		contentType: "application/octet-stream"}.want(t, s, 200, &scores)
	if scores.Rows != 12 || len(scores.Predictions) != 3 || !scores.Truncated || scores.Mapping.Unused[0] != "row" {
		t.Errorf("scores %+v", scores)
	}
	var fields backend.FieldPage
	call{method: "GET", path: "/api/v1/fields?q=bilirubin"}.want(t, s, 200, &fields)
	if fields.Total != 2 || fields.Fields[0].Unit != "mg/dL" {
		t.Errorf("fields %+v", fields)
	}
	call{method: "GET", path: "/api/v1/datasets/clinical-classics/fields/pbc.alk.phos/summary"}.want(t, s, 200, nil)
}
