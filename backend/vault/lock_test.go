package vault_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"

	"vitrine/backend/vault"
)

func init() {
	// hold opens the vault, says so and waits for its input to end.
	children["hold"] = func(home string) error {
		v, err := vault.Open(context.Background(), home, vault.Options{})
		if err != nil {
			return err
		}
		fmt.Println("open")
		_, _ = io.Copy(io.Discard, os.Stdin)
		return v.Close()
	}
}

func TestTheSecondProcessIsToldWhoHasTheVault(t *testing.T) {
	home := newHome(t)
	must(t, create(t, home).Close())
	for _, death := range []string{"closed", "killed"} {
		t.Run(death, func(t *testing.T) {
			cmd := child(t, "hold", home)
			in, err := cmd.StdinPipe()
			must(t, err)
			out, err := cmd.StdoutPipe()
			must(t, err)
			must(t, cmd.Start())
			defer func() { _ = cmd.Process.Kill() }()
			if line, err := bufio.NewReader(out).ReadString('\n'); line != "open\n" {
				t.Fatalf("the child said %q, %v", line, err)
			}

			_, err = vault.Open(context.Background(), home, vault.Options{})
			p := wantCode(t, err, "vault-in-use")
			if p.Place != home || !strings.Contains(p.Message, strconv.Itoa(cmd.Process.Pid)) {
				t.Errorf("it says %q", p)
			}

			if death == "killed" {
				must(t, cmd.Process.Kill())
			}
			must(t, in.Close())
			_ = cmd.Wait() // an error when killed
			must(t, open(t, home).Close())
		})
	}
}

func TestOneProcessCannotOpenAVaultTwice(t *testing.T) {
	home := newHome(t)
	v := create(t, home)
	_, err := vault.Open(context.Background(), home, vault.Options{})
	wantCode(t, err, "vault-in-use")
	must(t, v.Close())
	must(t, open(t, home).Close())
}
