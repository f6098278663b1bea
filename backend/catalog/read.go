package catalog

import (
	"fmt"
	"io"

	"vitrine/backend/jsondoc"
	"vitrine/backend/problem"
)

// descriptor is the format of dataset.json. Its size is far above any real one:
// 10,000 fields with their value sets take about 10 MB.
var descriptor = jsondoc.Format{Name: "dataset descriptor", MaxBytes: 32 << 20, MaxText: 100_000, Lines: true}

// Read decodes and validates a descriptor. It is strict: an unknown or repeated
// key, a missing or wrongly typed value and trailing text are each refused. name
// is the file's name, for messages. Errors are *problem.Problem with the line and
// JSON pointer of every finding.
func Read(r io.Reader, name string) (*Dataset, error) {
	data, err := io.ReadAll(io.LimitReader(r, int64(descriptor.MaxBytes)+1))
	if err != nil {
		return nil, fmt.Errorf("read descriptor: %w", err)
	}
	var d Dataset
	if err := descriptor.Decode(data, &d); err != nil {
		return nil, inFile(name, err)
	}
	if err := d.Validate(); err != nil {
		return nil, inFile(name, err)
	}
	return &d, nil
}

// inFile puts the file's name before the place of a problem.
func inFile(name string, err error) error {
	p := problem.From(err)
	if p.Place != "" {
		name += ", " + p.Place
	}
	return p.At(name)
}
