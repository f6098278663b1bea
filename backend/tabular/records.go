package tabular

import "io"

// Records reads delimited text that has no descriptor, for example the input of a
// model: a header and records of as many texts. The delimiter is the one of comma,
// semicolon and tab that the header has most of.
type Records struct {
	lexer  *lexer
	header []string
}

// NewRecords reads the header. name is the file's name, for messages; errors about
// the file are *problem.Problem with name and line.
func NewRecords(r io.Reader, name string) (*Records, error) {
	l, err := newLexer(r, name)
	if err != nil {
		return nil, err
	}
	if err := l.sniff(); err != nil {
		return nil, err
	}
	header, err := l.header()
	if err != nil {
		return nil, err
	}
	return &Records{l, header}, nil
}

// Header gives the column names: trimmed, none empty, none twice.
func (r *Records) Header() []string { return r.header }

// Next gives the next record, as many texts as the header has, and the line it
// begins on; io.EOF after the last. The slice is valid until the next call.
func (r *Records) Next() (record []string, line int, err error) {
	record, err = r.lexer.row(len(r.header))
	return record, r.lexer.start, err
}
