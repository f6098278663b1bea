package cohort

import (
	"context"
	"slices"

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

// Scan gives the rows that meet a bound predicate.
func Scan(ctx context.Context, ds *catalog.Dataset, table *colstore.Table, p *Predicate) (colstore.Bitmap, error) {
	return scan(ctx, ds, table, p)
}

// Canonical is the predicate as plain data for hashing: equal meanings give
// equal values.
func (p *Predicate) Canonical() any { return p.canonical() }

// Fields lists the fields a predicate speaks of, each once, in order.
func (p *Predicate) Fields() []catalog.FieldID {
	var fields []catalog.FieldID
	p.walk(func(leaf *Predicate) {
		if !slices.Contains(fields, leaf.Field) {
			fields = append(fields, leaf.Field)
		}
	})
	return fields
}

// walk visits the comparisons of a predicate.
func (p *Predicate) walk(visit func(*Predicate)) {
	switch {
	case p.Not != nil:
		p.Not.walk(visit)
	case p.All != nil || p.Any != nil:
		for i := range p.All {
			p.All[i].walk(visit)
		}
		for i := range p.Any {
			p.Any[i].walk(visit)
		}
	default:
		visit(p)
	}
}
