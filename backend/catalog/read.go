package catalog

import (
	"fmt"
	"io"

	"vitrine/backend/problem"
)

// maxDescriptor is far above any real descriptor: 10,000 fields with their value
// sets take about 10 MB.
const maxDescriptor = 32 << 20

// Read decodes and validates a descriptor. It is strict: an unknown or repeated
// key, a missing or wrongly typed value and trailing text are each refused. name
// is the file's name, for messages. Errors are *problem.Problem with the line and
// JSON pointer of every finding.
func Read(r io.Reader, name string) (*Dataset, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxDescriptor+1))
	if err != nil {
		return nil, fmt.Errorf("read descriptor: %w", err)
	}
	if len(data) > maxDescriptor {
		return nil, problem.New(problem.TooLarge, "descriptor-too-large",
			fmt.Sprintf("The dataset descriptor is larger than %d MB.", maxDescriptor>>20)).
			At(name).Try("Check that this is a dataset descriptor.")
	}
	var d Dataset
	if err := decode(data, name, &d); err != nil {
		return nil, err
	}
	if err := d.Validate(); err != nil {
		return nil, problem.From(err).At(name)
	}
	return &d, nil
}
