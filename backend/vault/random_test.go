package vault_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"vitrine/backend/vault"
	"vitrine/backend/vault/keys"
)

func init() { children["mixed"] = mixed }

// mixed writes, publishes, rotates, shreds and says what is done, for ever. A row
// is said once its transaction is acknowledged; "gone n" before n is shredded.
func mixed(home string) error {
	ctx := context.Background()
	return inVault(home, func(v *vault.Vault) error {
		var first int
		if err := v.DB().QueryRow("SELECT coalesce(max(n), 0) + 1 FROM kept").Scan(&first); err != nil {
			return err
		}
		for n := first; ; n++ {
			if _, err := v.DB().Exec("INSERT INTO kept VALUES (?1, zeroblob(?1 % 7000))", n); err != nil {
				return err
			}
			fmt.Println("row", n)
			version := strconv.Itoa(n)
			if err := publish(v, "d", version, version); err != nil {
				return err
			}
			fmt.Println("version", n)
			switch n % 3 {
			case 0:
				if _, err := v.Rotate(ctx, keys.Secrets{}, nil); err != nil {
					return err
				}
				fmt.Println("rotated", n)
			case 1:
				fmt.Println("gone", n)
				if _, err := v.Shred(ctx, "d", version); err != nil {
					return err
				}
			}
		}
	})
}

// TestKilledAtRandom kills vaults again and again between, and in, all of that:
// 1,000 times with VITRINE_TORTURE.
func TestKilledAtRandom(t *testing.T) {
	vaults, kills := 1, 8
	if os.Getenv("VITRINE_TORTURE") != "" {
		vaults, kills = 50, 20
	}
	random := rand.New(rand.NewPCG(4, 6))
	for range vaults {
		home := newHome(t)
		v := create(t, home)
		must(t, v.Migrate(context.Background(), "kept", []string{"CREATE TABLE kept (n INTEGER PRIMARY KEY, filler BLOB) STRICT"}))
		must(t, v.Close())
		killAgainAndAgain(t, home, kills, random)
		must(t, os.RemoveAll(home))
	}
}

func killAgainAndAgain(t *testing.T, home string, kills int, random *rand.Rand) {
	t.Helper()
	rows, versions, gone := 0, map[string]bool{}, map[string]bool{}
	for range kills {
		for _, line := range runAndKill(t, home, 1+random.IntN(25), random.IntN(40_000)) {
			what, n, _ := strings.Cut(line, " ")
			switch what {
			case "row":
				rows, _ = strconv.Atoi(n)
			case "version":
				versions[n] = true
			case "gone":
				gone[n] = true
			}
		}
		rows = wantAcknowledged(t, home, rows, versions, gone)
	}
	if len(versions) == 0 || len(gone) == 0 {
		t.Errorf("%d versions, %d shredded", len(versions), len(gone))
	}
}

// runAndKill lets a child say so many lines, and kills it some instructions later.
func runAndKill(t *testing.T, home string, lines, spin int) (said []string) {
	t.Helper()
	cmd := child(t, "mixed", home)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	scan := bufio.NewScanner(out)
	for len(said) < lines && scan.Scan() {
		said = append(said, scan.Text())
	}
	for i := range spin {
		_ = strconv.Itoa(i) // somewhere within what it does next
	}
	must(t, cmd.Process.Kill())
	for scan.Scan() { // it may have gone on
		said = append(said, scan.Text())
	}
	_ = cmd.Wait()
	if complaint.Len() > 0 {
		t.Fatalf("the child says %s", complaint.String())
	}
	return said
}

// wantAcknowledged opens the vault and looks for everything that was said. It
// gives the last row, which may be one that could no longer be said.
func wantAcknowledged(t *testing.T, home string, rows int, versions, gone map[string]bool) int {
	t.Helper()
	v := open(t, home)
	var last, count int
	must(t, v.DB().QueryRow("SELECT coalesce(max(n), 0), count(*) FROM kept").Scan(&last, &count))
	if last < rows || count != last {
		t.Errorf("row %d was acknowledged; %d rows up to %d are there", rows, count, last)
	}
	list, err := v.Datasets(context.Background())
	must(t, err)
	there := map[string]bool{}
	for _, row := range list {
		there[row.Version] = true
		word, err := readOnce(v, "d", row.Version)
		if err != nil || word != row.Version {
			t.Errorf("version %s reads %q, %v", row.Version, word, err)
		}
	}
	for n := range versions {
		if !there[n] && !gone[n] {
			t.Errorf("version %s was acknowledged and is lost", n)
		}
	}
	wantSound(t, v)
	must(t, v.Close())
	onlyPresentKeys(t, home)
	return last
}
