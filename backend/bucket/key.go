package bucket

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxKeyBytes     = 1024 // S3's limit
	maxElementBytes = 255  // file systems' limit
)

// CheckKey refuses keys that some store would not keep apart or that could leave a
// folder. A key is one or more elements with single slashes between them; an element
// is UTF-8 without control characters and \ : * ? " < > |, is not . or .., does not
// end in a dot or blank, does not begin with the mark of unfinished files, and is not
// a device name of Windows (CON, NUL, COM1, … with any extension).
func CheckKey(key string) error {
	if key == "" || len(key) > maxKeyBytes || !utf8.ValidString(key) {
		return fmt.Errorf("key of %d bytes: %w", len(key), ErrKey)
	}
	for element := range strings.SplitSeq(key, "/") {
		if reason := elementFault(element); reason != "" {
			return fmt.Errorf("key %q: an element %s: %w", key, reason, ErrKey)
		}
	}
	return nil
}

func elementFault(s string) string {
	switch {
	case s == "":
		return "is empty"
	case len(s) > maxElementBytes:
		return "is too long"
	case strings.HasSuffix(s, ".") || strings.HasSuffix(s, " "):
		return "ends in a dot or blank"
	case strings.HasPrefix(s, unfinished):
		return "begins as unfinished files do"
	case strings.ContainsFunc(s, unicode.IsControl) || strings.ContainsAny(s, `\:*?"<>|`):
		return "has a character that not every store keeps"
	case deviceName(s):
		return "is a device name of Windows"
	}
	return ""
}

func deviceName(element string) bool {
	base, _, _ := strings.Cut(element, ".")
	base = strings.ToUpper(strings.TrimRight(base, " "))
	switch base {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	port, isPort := strings.CutPrefix(base, "COM")
	if !isPort {
		port, isPort = strings.CutPrefix(base, "LPT")
	}
	return isPort && utf8.RuneCountInString(port) == 1 && strings.ContainsAny(port, "0123456789¹²³")
}
