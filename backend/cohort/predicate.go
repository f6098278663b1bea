package cohort

import (
	"context"

	"vitrine/backend/catalog"
	"vitrine/backend/colstore"
	"vitrine/backend/jsondoc"
)

// An analysis asks the same kind of question about rows as a rule does (what
// counts as an event, say), so a predicate can be read, checked and scanned on
// its own.

// ReadPredicate reads a predicate inside a larger document.
func ReadPredicate(node jsondoc.Node) Predicate { return readPredicate(node, 0) }

// BindPredicate checks a predicate against one table of a dataset.
func BindPredicate(ds *catalog.Dataset, table catalog.TableID, p *Predicate) error {
	b := binder{ds: ds, table: table}
	b.predicate(p)
	return b.err()
}

// Verdict sorts rows by a predicate whose answer may not be known: Met and Unmet
// share no row, and a row in neither has a missing value on which the answer hangs.
type Verdict struct{ Met, Unmet colstore.Bitmap }

// Decide gives the verdict of a bound predicate over a table's rows, by the logic
// of three values (Kleene 1938): "died, and of this cause" is unmet for who is
// known to live, whether or not a cause is recorded.
func Decide(ctx context.Context, ds *catalog.Dataset, table *colstore.Table, p *Predicate) (Verdict, error) {
	switch {
	case p.Not != nil:
		v, err := Decide(ctx, ds, table, p.Not)
		return Verdict{v.Unmet, v.Met}, err
	case p.All != nil:
		return decideAll(ctx, ds, table, p.All)
	case p.Any != nil: // is not (all are not)
		v, err := decideAll(ctx, ds, table, negated(p.Any))
		return Verdict{v.Unmet, v.Met}, err
	}
	met, err := scan(ctx, ds, table, p)
	if err != nil {
		return Verdict{}, err
	}
	unmet := colstore.FullBitmap(table.Rows())
	unmet.AndNot(met)
	if p.Missing == nil { // whether a value is recorded is always known
		unknown, err := scan(ctx, ds, table, &Predicate{Field: p.Field, Missing: new(true)})
		if err != nil {
			return Verdict{}, err
		}
		unmet.AndNot(unknown)
	}
	return Verdict{met, unmet}, nil
}

func decideAll(ctx context.Context, ds *catalog.Dataset, table *colstore.Table, list []Predicate) (Verdict, error) {
	all := Verdict{colstore.FullBitmap(table.Rows()), colstore.NewBitmap(table.Rows())}
	for i := range list {
		v, err := Decide(ctx, ds, table, &list[i])
		if err != nil {
			return Verdict{}, err
		}
		all.Met.And(v.Met)
		all.Unmet.Or(v.Unmet)
	}
	return all, nil
}

func negated(list []Predicate) []Predicate {
	out := make([]Predicate, len(list))
	for i := range list {
		out[i] = Predicate{Not: &list[i]}
	}
	return out
}

// Canonical is the predicate as plain data for hashing: equal meanings give
// equal values.
func (p *Predicate) Canonical() any { return p.canonical() }
