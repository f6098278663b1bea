package gateway

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"vitrine/backend/problem"
)

// savedFigure says where a figure went; an empty path means that the person
// cancelled.
type savedFigure struct {
	Path  string `json:"path"`
	Saved bool   `json:"saved"`
}

type folderDialog struct {
	Title string `json:"title" maxLength:"200"`
}

type chosenFolder struct {
	Path string `json:"path" doc:"Empty when the person cancelled"`
}

// nativeRoutes exist at every door, so that the API's description is one; only a
// window answers them.
func (g *Gateway) nativeRoutes() {
	add(g, huma.Operation{
		OperationID: "choose-folder", Method: http.MethodPost, Path: "/api/v1/native/choose-folder", Tags: []string{"native"},
		Summary: "Let the person choose a folder (window only)",
	}, func(ctx context.Context, in *struct{ Body folderDialog }) (*answer[chosenFolder], error) {
		if g.options.Native == nil {
			return nil, windowOnly()
		}
		path, err := g.options.Native.ChooseFolder(ctx, in.Body.Title)
		return reply(chosenFolder{path}, err)
	})
	add(g, huma.Operation{
		OperationID: "save-figure", Method: http.MethodPost, Path: "/api/v1/native/save-figure", Tags: []string{"native"},
		Summary: "Save an analysis's figure where the person chooses (window only)",
	}, g.saveFigure)
}

type saveFigureInput struct{ Body saveFigureBody }

type saveFigureBody struct {
	FigureBody
	Suggested string `json:"suggested" maxLength:"200" doc:"File name to offer"`
}

func (g *Gateway) saveFigure(ctx context.Context, in *saveFigureInput) (*answer[savedFigure], error) {
	if g.options.Native == nil {
		return nil, windowOnly()
	}
	path, err := g.options.Native.ChooseSavePath(ctx, "Save figure", in.Body.Suggested)
	if err != nil || path == "" {
		return reply(savedFigure{}, err)
	}
	path, err = g.backend.SaveFigure(ctx, in.Body.request(), path)
	return reply(savedFigure{path, err == nil}, err)
}

func windowOnly() error {
	return problem.New(problem.NotFound, "window-only", "Only Vitrine's own window can open the system's dialogs.").
		Try("In a browser, use its download instead.")
}
