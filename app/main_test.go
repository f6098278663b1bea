package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"vitrine/backend/problem"
)

func TestHomeIsTheFlagThenTheEnvironment(t *testing.T) {
	t.Setenv("VITRINE_HOME", "from-environment")
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"flag":        {[]string{"--home", "from-flag"}, "from-flag"},
		"environment": {nil, "from-environment"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := homeFolder(c.args, &bytes.Buffer{})
			if err != nil || got != c.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestWrongUseIsTwo(t *testing.T) {
	for name, args := range map[string][]string{
		"unknown flag": {"--colour", "red"},
		"argument":     {"dataset.parquet"},
	} {
		t.Run(name, func(t *testing.T) {
			var said bytes.Buffer
			if code := run(args, &said); code != wrongUse || said.Len() == 0 {
				t.Errorf("code %d, said %q", code, said.String())
			}
		})
	}
	if code := run([]string{"--help"}, &bytes.Buffer{}); code != done {
		t.Errorf("help: code %d", code)
	}
}

func TestDisplayIsAskedFor(t *testing.T) {
	named := func(name string) func(string) string {
		return func(key string) string {
			if key == name {
				return "something"
			}
			return ""
		}
	}
	for _, name := range []string{"DISPLAY", "WAYLAND_DISPLAY"} {
		if err := needDisplay(named(name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	err := needDisplay(named("TERM"))
	if err == nil || !strings.Contains(err.Error(), "vitrine serve") {
		t.Errorf("none: %v", err)
	}
}

func TestADisplayThatRefusesIsAProblemAndAnyOtherPanicGoesOn(t *testing.T) {
	var p *problem.Problem
	if err := displayRefused(errors.New(gtkRefused)); !errors.As(err, &p) || p.Code != "display-refused" {
		t.Errorf("got %v", err)
	}
	defer func() {
		if recover() == nil {
			t.Error("another panic was swallowed")
		}
	}()
	_ = displayRefused("index out of range")
}

func TestOneVaultHasOneNameHoweverItIsSpelled(t *testing.T) {
	folder := t.TempDir()
	vault, other, link := filepath.Join(folder, "vault"), filepath.Join(folder, "other"), filepath.Join(folder, "link")
	for _, f := range []string{vault, other} {
		if err := os.Mkdir(f, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(vault, link); err != nil {
		t.Skip("no symbolic links here")
	}
	t.Chdir(folder)
	id := instanceID(vault)
	for _, spelled := range []string{"vault", "./vault/", link} {
		if got := instanceID(spelled); got != id {
			t.Errorf("%s: %s, want %s", spelled, got, id)
		}
	}
	if instanceID(other) == id {
		t.Error("two vaults share a name")
	}
	// D-Bus allows letters, digits, and what Wails replaces.
	if !regexp.MustCompile(`^[a-z0-9-]+$`).MatchString(id) {
		t.Errorf("id %q", id)
	}
}

func TestTextReachesTheDialogAndThePageAsItIs(t *testing.T) {
	if got := strings.ReplaceAll(dialogText("100 % of /a%20b"), "%%", "%"); got != "100 % of /a%20b" {
		t.Errorf("dialog: %q", got)
	}
	if got := quoted("a\"b</script>\u2028"); strings.ContainsAny(got, "<\u2028") || !strings.HasPrefix(got, `"a\"b`) {
		t.Errorf("page: %q", got)
	}
}

func TestSaveDialogOffersTheKindOfTheSuggestedName(t *testing.T) {
	if got := filters("figure.svg"); len(got) != 2 || got[0].Pattern != "*.svg" || got[0].DisplayName != "SVG (*.svg)" {
		t.Errorf("got %+v", got)
	}
	if got := filters("figure"); len(got) != 1 || got[0].Pattern != "*" {
		t.Errorf("got %+v", got)
	}
}
