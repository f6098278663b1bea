package gateway

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vitrine/backend"
)

const (
	maxUpload  = 256 << 20
	uploadTime = 5 * time.Minute
)

type modelList struct {
	Models []backend.ModelSummary `json:"models"`
}

// Upload is a file sent as bytes. The window cannot send forms.
type Upload struct {
	Name    string `query:"name" required:"true" minLength:"1" maxLength:"200" doc:"File name, for messages and for the model's name"`
	RawBody []byte `contentType:"application/octet-stream"`
}

type scoreInput struct {
	Model string `path:"model"`
	Limit int    `query:"limit" minimum:"0" maximum:"100000" default:"500" doc:"How many predictions to list; counts are of all rows"`
	Upload
}

func (g *Gateway) modelRoutes() {
	add(g, huma.Operation{
		OperationID: "list-models", Method: http.MethodGet, Path: "/api/v1/models", Tags: []string{"models"},
		Summary: "The models in the vault",
	}, func(ctx context.Context, _ *struct{}) (*answer[modelList], error) {
		list, err := g.backend.Models(ctx)
		return reply(modelList{list}, err)
	})
	add(g, huma.Operation{
		OperationID: "add-model", Method: http.MethodPost, Path: "/api/v1/models", Tags: []string{"models"},
		Summary: "Check a model file and keep it in the vault", MaxBodyBytes: maxUpload, BodyReadTimeout: uploadTime,
	}, func(ctx context.Context, in *Upload) (*answer[backend.ModelSummary], error) {
		return reply(g.backend.AddModel(ctx, backend.NewModel{Name: in.Name, File: in.RawBody}))
	})
	add(g, huma.Operation{
		OperationID: "model", Method: http.MethodGet, Path: "/api/v1/models/{model}", Tags: []string{"models"},
		Summary: "A model with its inputs",
	}, func(ctx context.Context, in *struct {
		Model string `path:"model"`
	}) (*answer[backend.ModelDetail], error) {
		return reply(g.backend.Model(ctx, in.Model))
	})
	add(g, huma.Operation{
		OperationID: "score", Method: http.MethodPost, Path: "/api/v1/models/{model}/score", Tags: []string{"models"},
		Summary: "Score the rows of a CSV file", MaxBodyBytes: maxUpload, BodyReadTimeout: uploadTime,
	}, func(ctx context.Context, in *scoreInput) (*answer[backend.Scores], error) {
		return reply(g.backend.Score(ctx, in.request()))
	})
	add(g, huma.Operation{
		OperationID: "score-csv", Method: http.MethodPost, Path: "/api/v1/models/{model}/score-csv", Tags: []string{"models"},
		Summary: "Score the rows of a CSV file into a CSV file", MaxBodyBytes: maxUpload, BodyReadTimeout: uploadTime,
		Responses: binary("text/csv", "The predictions"),
	}, g.scoreCSV)
}

func (in *scoreInput) request() backend.ScoreRequest {
	return backend.ScoreRequest{Model: in.Model, Name: in.Name, Rows: bytes.NewReader(in.RawBody), Limit: in.Limit}
}

func (g *Gateway) scoreCSV(ctx context.Context, in *scoreInput) (*file, error) {
	data, err := g.backend.ScoreCSV(ctx, in.request())
	if err != nil {
		return nil, err
	}
	return &file{"text/csv; charset=utf-8", `attachment; filename="predictions.csv"`, data}, nil
}
