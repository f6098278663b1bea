package gateway

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"vitrine/backend"
)

// overview is the backend's overview and what this door can do.
type overview struct {
	backend.Overview
	Native bool `json:"native" doc:"Dialogs of the operating system are at hand"`
}

func (g *Gateway) overviewRoutes() {
	add(g, huma.Operation{
		OperationID: "overview", Method: http.MethodGet, Path: "/api/v1/overview", Tags: []string{"vault"},
		Summary: "What is in the vault",
	}, func(ctx context.Context, _ *struct{}) (*answer[overview], error) {
		o, err := g.backend.Overview(ctx)
		return reply(overview{o, g.options.Native != nil}, err)
	})
	add(g, huma.Operation{
		OperationID: "activity", Method: http.MethodGet, Path: "/api/v1/activity", Tags: []string{"vault"},
		Summary: "The latest audit events, newest first",
	}, func(ctx context.Context, in *struct {
		Limit int `query:"limit" minimum:"1" maximum:"500" default:"50"`
	}) (*answer[activityList], error) {
		events, err := g.backend.Activity(ctx, in.Limit)
		return reply(activityList{events}, err)
	})
	add(g, huma.Operation{
		OperationID: "load-demonstration", Method: http.MethodPost, Path: "/api/v1/demonstration", Tags: []string{"vault"},
		Summary: "Load the public demonstration data and model",
	}, func(ctx context.Context, _ *struct{}) (*answer[backend.Demonstration], error) {
		return reply(g.backend.LoadDemonstration(ctx))
	})
}

type activityList struct {
	Events []backend.Activity `json:"events"`
}
