package analysis

import (
	"context"
	"fmt"
	"math"

	"vitrine/backend/catalog"
	"vitrine/backend/cohort"
	"vitrine/backend/colstore"
)

// Run answers the question for an evaluated cohort. program names what computed
// it, for the receipt.
func Run(ctx context.Context, store *colstore.Store, members *cohort.Result, a *Analysis, program string) (*Result, error) {
	ds := store.Dataset()
	table, err := store.Table(members.Table)
	if err != nil {
		return nil, err
	}
	r := &Result{
		Kind: a.Kind,
		Cohort: CohortSummary{
			Name: a.Cohort.Name, Hash: members.Hash, Participants: members.Participants,
			Dataset: string(ds.ID), Version: string(ds.Version),
		},
		Receipt: Receipt{
			Dataset: string(ds.ID), Version: string(ds.Version), Fingerprint: ds.Fingerprint(),
			DefinitionHash: members.Hash, AnalysisHash: a.Hash(), Program: program,
		},
	}
	q := question{a, ds, table, members}
	switch a.Kind {
	case KaplanMeier:
		err = q.survival(ctx, r)
	case Table1:
		err = q.baseline(ctx, r)
	default:
		err = fmt.Errorf("run analysis: kind %q passed Parse", a.Kind)
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// question is an analysis with all it is asked about.
type question struct {
	*Analysis
	ds      *catalog.Dataset
	table   *colstore.Table
	members *cohort.Result
}

// value is a number for JSON: null where it does not exist.
type value = *float64

func present(x float64) value {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}
