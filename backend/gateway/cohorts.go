package gateway

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"vitrine/backend"
)

// userDocument carries a person's JSON unread to the package that reads it strictly,
// so that findings keep their JSON pointers.
type userDocument struct{ json.RawMessage }

// Schema describes it to the API's readers; docs/ holds the full JSON Schemas.
func (userDocument) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true,
		Description: "A cohort definition or an analysis, as their JSON Schemas in docs/ describe them"}
}

// Laned documents the header that inLane reads. (huma reads embedded structs
// only where their type is exported.)
type Laned struct {
	Lane string `header:"Vitrine-Lane" doc:"A newer request with the same lane takes this one's place"`
}

type evaluateInput struct {
	Laned
	Body cohortQuestion
}

type cohortQuestion struct {
	Definition userDocument `json:"definition"`
}

type analyseInput struct {
	Laned
	Body analysisQuestion
}

type analysisQuestion struct {
	Analysis userDocument `json:"analysis"`
	Theme    string       `json:"theme,omitempty" enum:"light,dark,print" default:"light"`
}

// FigureBody asks for a figure as a file.
type FigureBody struct {
	Analysis userDocument `json:"analysis"`
	Theme    string       `json:"theme,omitempty" enum:"light,dark,print" default:"print"`
	Format   string       `json:"format,omitempty" enum:"svg" default:"svg"`
}

func (b FigureBody) request() backend.FigureRequest {
	return backend.FigureRequest{Analysis: b.Analysis.RawMessage, Theme: b.Theme, Format: b.Format}
}

type exportInput struct{ Body FigureBody }

// file is an answer that is a file to save.
type file struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (g *Gateway) cohortRoutes() {
	add(g, huma.Operation{
		OperationID: "evaluate-cohort", Method: http.MethodPost, Path: "/api/v1/cohorts/evaluate", Tags: []string{"cohorts"},
		Summary: "Count who a cohort definition lets in, rule by rule",
	}, func(ctx context.Context, in *evaluateInput) (*answer[backend.CohortCounts], error) {
		return reply(g.backend.EvaluateCohort(ctx, in.Body.Definition.RawMessage))
	})
	add(g, huma.Operation{
		OperationID: "analyse", Method: http.MethodPost, Path: "/api/v1/analyses", Tags: []string{"analyses"},
		Summary: "Answer a question about a cohort",
	}, func(ctx context.Context, in *analyseInput) (*answer[backend.Answer], error) {
		return reply(g.backend.Analyse(ctx, in.Body.Analysis.RawMessage, in.Body.Theme))
	})
	add(g, huma.Operation{
		OperationID: "export-figure", Method: http.MethodPost, Path: "/api/v1/analyses/export", Tags: []string{"analyses"},
		Summary: "Draw an analysis's figure as a file", Responses: binary("image/svg+xml", "The figure"),
	}, func(ctx context.Context, in *exportInput) (*file, error) {
		data, err := g.backend.ExportFigure(ctx, in.Body.request())
		if err != nil {
			return nil, err
		}
		return &file{"image/svg+xml", `attachment; filename="figure.svg"`, data}, nil
	})
}

// binary describes an answer that is a file.
func binary(contentType, description string) map[string]*huma.Response {
	return map[string]*huma.Response{"200": {
		Description: description,
		Content:     map[string]*huma.MediaType{contentType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
	}}
}
