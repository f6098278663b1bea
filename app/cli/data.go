package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"vitrine/backend"
)

type importCommand struct {
	Folder string `arg:"" help:"Folder that holds dataset.json and its tables." type:"path"`
}

func (importCommand) Help() string {
	return "Example:\n  vitrine import testdata/clinical"
}

func (c *importCommand) Run(s *session) error {
	return s.withBackend(backend.Options{}, func(b *backend.Backend) error {
		d, err := b.ImportDataset(s.ctx, c.Folder)
		if err != nil {
			return err
		}
		return s.print(d, func(w io.Writer) { listDatasets(w, []backend.DatasetSummary{d}) })
	})
}

type datasetsCommand struct{}

func (datasetsCommand) Help() string {
	return "Example:\n  vitrine datasets --json"
}

func (datasetsCommand) Run(s *session) error {
	return s.withBackend(backend.Options{}, func(b *backend.Backend) error {
		list, err := b.Datasets(s.ctx)
		if err != nil {
			return err
		}
		return s.print(map[string]any{"datasets": list}, func(w io.Writer) {
			if len(list) == 0 {
				fmt.Fprintln(w, "The vault holds no datasets yet. Load the demonstration with vitrine demo.")
				return
			}
			listDatasets(w, list)
		})
	})
}

func listDatasets(w io.Writer, list []backend.DatasetSummary) {
	t := table(w)
	fmt.Fprintln(t, "dataset\tversion\ttables\tparticipants\trows\ttitle")
	for _, d := range list {
		fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%d\t%s\n", d.ID, d.Version, d.Tables, d.Participants, d.Rows, d.Title)
	}
	t.Flush()
}

type versionCommand struct{}

func (versionCommand) Help() string {
	return "Example:\n  vitrine version --json"
}

func (versionCommand) Run(s *session) error {
	v := backend.Version()
	return s.print(v, func(w io.Writer) {
		fmt.Fprintf(w, "vitrine %s (%s)\n", v.Version, orElse(v.Commit, v.Go))
	})
}

// table aligns columns for reading.
func table(w io.Writer) *tabwriter.Writer {
	return tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
}
