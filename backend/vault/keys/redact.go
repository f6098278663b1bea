package keys

import (
	"fmt"
	"io"
	"log/slog"
)

const redactedText = "[secret]"

// redacted is embedded in everything that holds a secret: whatever prints,
// encodes or logs it gets one word. Secrets are behind pointers besides, because
// fmt cannot call methods on the unexported fields of somebody else's struct.
type redacted struct{}

func (redacted) String() string               { return redactedText }
func (redacted) GoString() string             { return redactedText }
func (redacted) Format(f fmt.State, _ rune)   { _, _ = io.WriteString(f, redactedText) }
func (redacted) MarshalJSON() ([]byte, error) { return []byte(`"` + redactedText + `"`), nil }
func (redacted) MarshalText() ([]byte, error) { return []byte(redactedText), nil }
func (redacted) LogValue() slog.Value         { return slog.StringValue(redactedText) }
