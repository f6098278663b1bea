package gateway

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"vitrine/backend"
	"vitrine/backend/catalog"
)

type datasetList struct {
	Datasets []backend.DatasetSummary `json:"datasets"`
}

type folder struct {
	Path string `json:"folder" minLength:"1" maxLength:"4096" doc:"Path of the folder that holds dataset.json"`
}

func (g *Gateway) datasetRoutes() {
	add(g, huma.Operation{
		OperationID: "list-datasets", Method: http.MethodGet, Path: "/api/v1/datasets", Tags: []string{"datasets"},
		Summary: "The current version of every dataset in the vault",
	}, func(ctx context.Context, _ *struct{}) (*answer[datasetList], error) {
		list, err := g.backend.Datasets(ctx)
		return reply(datasetList{list}, err)
	})
	add(g, huma.Operation{
		OperationID: "import-dataset", Method: http.MethodPost, Path: "/api/v1/datasets", Tags: []string{"datasets"},
		Summary: "Import a dataset folder of this machine",
	}, func(ctx context.Context, in *struct{ Body folder }) (*answer[backend.DatasetSummary], error) {
		return reply(g.backend.ImportDataset(ctx, in.Body.Path))
	})
	add(g, huma.Operation{
		OperationID: "dataset", Method: http.MethodGet, Path: "/api/v1/datasets/{dataset}", Tags: []string{"datasets"},
		Summary: "A dataset's descriptor: tables, fields, units and value sets",
	}, func(ctx context.Context, in *struct {
		Dataset string `path:"dataset"`
	}) (*answer[*catalog.Dataset], error) {
		return reply(g.backend.Dataset(ctx, catalog.DatasetID(in.Dataset)))
	})
	add(g, huma.Operation{
		OperationID: "field-summary", Method: http.MethodGet, Path: "/api/v1/datasets/{dataset}/fields/{field}/summary", Tags: []string{"dictionary"},
		Summary: "One field's values in outline",
	}, func(ctx context.Context, in *struct {
		Dataset string `path:"dataset"`
		Field   string `path:"field" doc:"Address table.column"`
	}) (*answer[backend.FieldSummary], error) {
		return reply(g.backend.SummariseField(ctx, catalog.DatasetID(in.Dataset), catalog.FieldID(in.Field)))
	})
	add(g, huma.Operation{
		OperationID: "search-fields", Method: http.MethodGet, Path: "/api/v1/fields", Tags: []string{"dictionary"},
		Summary: "Search the data dictionary of every dataset",
	}, func(ctx context.Context, in *struct {
		Words   string `query:"q" maxLength:"200" doc:"All words must occur"`
		Dataset string `query:"dataset"`
		Limit   int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
		Offset  int    `query:"offset" minimum:"0" maximum:"1000000" default:"0"`
	}) (*answer[backend.FieldPage], error) {
		return reply(g.backend.SearchFields(ctx, backend.FieldQuery{
			Words: in.Words, Dataset: catalog.DatasetID(in.Dataset), Limit: in.Limit, Offset: in.Offset,
		}))
	})
}
