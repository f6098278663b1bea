package vault

// SetStep has f called after each step of a write that must survive a crash.
func SetStep(f func(step string)) { atStep = f }

// ParseManifest is what reads vault.json.
func ParseManifest(data []byte) (Info, error) {
	m, err := parseManifest(data, "vault.json")
	if err != nil {
		return Info{}, err
	}
	return m.Info, nil
}
