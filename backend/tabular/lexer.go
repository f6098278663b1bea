package tabular

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"vitrine/backend/problem"
)

const (
	maxFieldBytes  = 16 << 20
	maxRecordBytes = 64 << 20
	maxColumns     = 65536
)

// lexer splits delimited text into records (RFC 4180, any line end, text in double
// quotes may hold delimiters and line breaks). It is strict: a quote must open a
// field and close it. Line breaks inside quotes are kept as they are, and so are blank
// lines where they are a value (encoding/csv changes the one and drops the other).
type lexer struct {
	in        *bufio.Reader
	name      string
	delimiter byte
	line      int // of the next byte
	start     int // of the present record
	record    []string
	field     []byte
	size      int
}

func newLexer(r io.Reader, name string) (*lexer, error) {
	l := &lexer{in: bufio.NewReaderSize(r, 64<<10), name: name, delimiter: ',', line: 1}
	head, err := l.in.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, err = l.in.Discard(3)
		return l, err
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return nil, l.problem("csv-encoding", "The file is UTF-16, not UTF-8.", "Save it as “CSV UTF-8” and try again.")
	case bytes.HasPrefix(head, []byte("PAR")), bytes.HasPrefix(head, []byte("PK\x03")):
		return nil, l.problem("csv-unknown", "The file is not a text file.", "Export it as CSV and try again.")
	}
	return l, nil
}

func (l *lexer) problem(code, message, hint string) *problem.Problem {
	return problem.New(problem.Invalid, code, message).At(l.place()).Try(hint)
}

func (l *lexer) place() string { return fmt.Sprintf("%s, line %d", l.name, l.line) }

// sniff takes the delimiter that occurs most often in the first line, outside
// quotes: comma, semicolon or tab; a comma where there is none.
func (l *lexer) sniff() error {
	head, err := l.in.Peek(64 << 10)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return fmt.Errorf("read %s: %w", l.name, err)
	}
	counts := map[byte]int{}
	quoted := false
	for _, b := range head {
		if b == '"' {
			quoted = !quoted
		}
		if !quoted && (b == '\n' || b == '\r') {
			break
		}
		if !quoted {
			counts[b]++
		}
	}
	for _, d := range []byte{';', '\t'} {
		if counts[d] > counts[l.delimiter] {
			l.delimiter = d
		}
	}
	return nil
}

// next reads a record; io.EOF after the last. The slice is reused, its texts are
// not. blank reports a line with nothing in it.
func (l *lexer) next() (record []string, blank bool, err error) {
	l.record, l.size, l.start = l.record[:0], 0, l.line
	if _, err := l.in.Peek(1); err != nil {
		return nil, false, l.fault(err)
	}
	for {
		last, err := l.value()
		if err != nil {
			return nil, false, err
		}
		if !utf8.Valid(l.field) {
			return nil, false, l.problem("csv-encoding", fmt.Sprintf("Value %d of this line is not valid UTF-8.", len(l.record)+1),
				"Save the file as UTF-8 and try again.").At(fmt.Sprintf("%s, line %d", l.name, l.start))
		}
		l.record = append(l.record, string(l.field))
		if len(l.record) > maxColumns {
			return nil, false, l.problem("csv-too-wide", "A line has too many values to be real.", "Check that this is the right file.")
		}
		if last {
			return l.record, len(l.record) == 1 && l.record[0] == "" && l.size == 0, nil
		}
	}
}

func (l *lexer) fault(err error) error {
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	return fmt.Errorf("read %s: %w", l.name, err)
}

// value reads one value into l.field; last reports the end of the record.
func (l *lexer) value() (last bool, err error) {
	l.field = l.field[:0]
	b, err := l.in.ReadByte()
	if errors.Is(err, io.EOF) {
		return true, nil
	}
	if err != nil {
		return true, l.fault(err)
	}
	if b == '"' {
		l.size++ // a quoted nothing is not a blank line
		return l.quoted()
	}
	for {
		switch {
		case b == l.delimiter:
			return false, nil
		case b == '\n' || b == '\r':
			return true, l.lineEnd(b)
		case b == '"':
			return true, l.problem("csv-quote", fmt.Sprintf("There is a quote in the middle of value %d, which does not begin with one.", len(l.record)+1),
				"Put the whole value in quotes and write each quote within it twice.")
		}
		if err := l.add(b); err != nil {
			return true, err
		}
		if b, err = l.in.ReadByte(); errors.Is(err, io.EOF) {
			return true, nil
		} else if err != nil {
			return true, l.fault(err)
		}
	}
}

// quoted reads the rest of a value whose opening quote has been read.
func (l *lexer) quoted() (last bool, err error) {
	opened := l.line
	for {
		b, err := l.in.ReadByte()
		if errors.Is(err, io.EOF) {
			return true, l.problem("csv-quote", fmt.Sprintf("Value %d begins with a quote that is never closed.", len(l.record)+1),
				"Close the quote, or remove it.").At(fmt.Sprintf("%s, line %d", l.name, opened))
		}
		if err != nil {
			return true, l.fault(err)
		}
		if b != '"' {
			if b == '\n' {
				l.line++
			}
			if err := l.add(b); err != nil {
				return true, err
			}
			continue
		}
		b, err = l.in.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			return true, nil
		case err != nil:
			return true, l.fault(err)
		case b == '"':
			if err := l.add(b); err != nil {
				return true, err
			}
		case b == l.delimiter:
			return false, nil
		case b == '\n' || b == '\r':
			return true, l.lineEnd(b)
		default:
			return true, l.problem("csv-quote", fmt.Sprintf("There is text after the closing quote of value %d.", len(l.record)+1),
				"Write each quote within a quoted value twice.")
		}
	}
}

// lineEnd takes the second half of a CRLF.
func (l *lexer) lineEnd(b byte) error {
	l.line++
	if b == '\r' {
		if head, _ := l.in.Peek(1); len(head) == 1 && head[0] == '\n' {
			_, err := l.in.Discard(1)
			return err
		}
	}
	return nil
}

func (l *lexer) add(b byte) error {
	l.field = append(l.field, b)
	l.size++
	if len(l.field) > maxFieldBytes || l.size > maxRecordBytes {
		return l.problem("csv-too-long", "A value is too long to be real.", "Look for a quote that is not closed.")
	}
	return nil
}

// header reads the first record: names, none empty, none twice.
func (l *lexer) header() ([]string, error) {
	record, blank, err := l.next()
	if errors.Is(err, io.EOF) || err == nil && blank {
		return nil, l.problem("csv-empty", "The file has no header.", "The first line must name the columns.").At(l.name)
	}
	if err != nil {
		return nil, err
	}
	names := make([]string, len(record))
	seen := map[string]int{}
	for i, name := range record {
		names[i] = strings.TrimSpace(name)
		switch first, twice := seen[names[i]]; {
		case names[i] == "":
			return nil, l.header1(fmt.Sprintf("Column %d has no name.", i+1), "Give every column a name.")
		case twice:
			return nil, l.header1(fmt.Sprintf("Columns %d and %d have the same name.", first+1, i+1), "Give every column a name of its own.")
		}
		seen[names[i]] = i
	}
	return names, nil
}

func (l *lexer) header1(message, hint string) error {
	return l.problem("csv-header", message, hint).At(l.name + ", line 1")
}

// row reads the next record of width values, passing over blank lines where a
// record has more than one value.
func (l *lexer) row(width int) ([]string, error) {
	for {
		record, blank, err := l.next()
		switch {
		case err != nil:
			return nil, err
		case blank && width > 1:
			continue
		case len(record) != width:
			return nil, l.problem("csv-ragged", fmt.Sprintf("This line has %s where the header has %d.", count(len(record)), width),
				"Look for a missing or extra delimiter, or a line that is cut short.").At(fmt.Sprintf("%s, line %d", l.name, l.start))
		}
		return record, nil
	}
}

func count(n int) string {
	if n == 1 {
		return "1 value"
	}
	return fmt.Sprintf("%d values", n)
}
