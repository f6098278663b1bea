package backend_test

import (
	"path/filepath"
	"slices"
	"testing"

	"vitrine/backend"
	"vitrine/backend/catalog"
	"vitrine/backend/problem"
)

// done lists the actions that the log says were done.
func done(t *testing.T, b *backend.Backend) (list []string) {
	t.Helper()
	events, err := b.Activity(ctx, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.Outcome == "done" {
			list = append(list, e.Action)
		}
	}
	return list
}

// TestTheVaultsLifeIsRecorded backs up, rotates, shreds and restores.
func TestTheVaultsLifeIsRecorded(t *testing.T) {
	dir := t.TempDir()
	b := open(t, backend.Options{Home: filepath.Join(dir, "home"), Demonstration: filepath.Join("..", "testdata", "demonstration")})
	if _, err := b.LoadDemonstration(ctx); err != nil {
		t.Fatal(err)
	}
	before, err := b.Datasets(ctx)
	if err != nil {
		t.Fatal(err)
	}
	report, err := b.BackupVault(ctx, filepath.Join(dir, "backup"))
	if err != nil || !report.OK() || report.Files != len(before)+1 {
		t.Errorf("backup: %+v, %v", report, err)
	}
	rotated, err := b.RotateKeys(ctx, backend.Secret{})
	if err != nil || rotated.Epoch != 2 || rotated.Unfinished || len(rotated.Renew) != 0 {
		t.Errorf("rotation: %+v, %v", rotated, err)
	}
	gone := before[0]
	_, err = b.ShredDataset(ctx, "not-there", "1")
	wantProblem(t, err, "dataset-missing")
	shredded, err := b.ShredDataset(ctx, catalog.DatasetID(gone.ID), catalog.Version(gone.Version))
	if err != nil || shredded.Unfinished {
		t.Errorf("shredding: %+v, %v", shredded, err)
	}
	after, err := b.Datasets(ctx)
	if err != nil || len(after) != len(before)-1 {
		t.Errorf("%d datasets of %d are left, %v", len(after), len(before), err)
	}
	if got := done(t, b); !slices.Contains(got, "vault.backup") || !slices.Contains(got, "vault.rotate") || !slices.Contains(got, "dataset.shred") {
		t.Errorf("the log says that this was done: %q", got)
	}
	if check, err := b.Check(ctx); err != nil || !check.OK {
		t.Errorf("check: %+v, %v", check, err)
	}

	drill, err := backend.Restore(ctx, backend.Restoring{From: filepath.Join(dir, "backup"), Door: "cli"})
	if err != nil || !drill.OK() {
		t.Errorf("drill: %+v, %v", drill, err)
	}
	to := filepath.Join(dir, "restored")
	if _, err := backend.Restore(ctx, backend.Restoring{From: filepath.Join(dir, "backup"), To: to, Door: "cli"}); err != nil {
		t.Fatal(err)
	}
	again := open(t, backend.Options{Home: to})
	restored, err := again.Datasets(ctx)
	if err != nil || len(restored) != len(before) {
		t.Errorf("%d datasets of %d were restored, %v", len(restored), len(before), err)
	}
	if got := done(t, again); got[0] != "vault.restore" {
		t.Errorf("the log of the restored vault says %q", got)
	}
	if check, err := again.Check(ctx); err != nil || !check.OK {
		t.Errorf("check: %+v, %v", check, err)
	}
}

// TestWhatOpensTheVaultIsChangedBySomebodyWhoCanOpenIt: an open vault is not
// enough. It takes seconds, because the keys' cost is that of the program.
func TestWhatOpensTheVaultIsChangedBySomebodyWhoCanOpenIt(t *testing.T) {
	const second = "violin harbour tangerine quartz"
	home, recovery := realVault(t)
	code := backend.Secret{RecoveryCode: recovery}
	b := open(t, backend.Options{Home: home, Secret: code})
	wrong := backend.Secret{Passphrase: second}
	for name, change := range map[string]func(backend.Secret) error{
		"passphrase": func(s backend.Secret) error {
			_, err := b.ChangePassphrase(ctx, backend.SetPassphrase{Present: s, New: second})
			return err
		},
		"recovery": func(s backend.Secret) error { _, err := b.RenewRecovery(ctx, s); return err },
		"escrow": func(s backend.Secret) error {
			_, err := b.AddEscrow(ctx, backend.NewEscrow{Present: s, Label: "Office", Recipient: "age1"})
			return err
		},
		"removal": func(s backend.Secret) error { _, err := b.RemoveWrap(ctx, backend.Removal{Present: s}); return err },
	} {
		if p := problem.From(change(backend.Secret{})); p == nil || p.Code != "secret-needed" {
			t.Errorf("%s without a secret: %v", name, p)
		}
	}
	_, err := b.ChangePassphrase(ctx, backend.SetPassphrase{Present: wrong, New: second})
	wantProblem(t, err, "passphrase-wrong")
	set, err := b.ChangePassphrase(ctx, backend.SetPassphrase{Present: code, New: second})
	if err != nil || set.Keychain != "not asked for" || len(set.Wraps) != 2 {
		t.Errorf("%+v, %v", set, err)
	}
	fresh, err := b.RenewRecovery(ctx, code)
	if err != nil {
		t.Fatal(err)
	}
	if o, err := b.ConfirmRecovery(ctx, fresh.RecoveryCode); err != nil || len(o.Wraps) != 2 || !o.Wraps[1].Confirmed {
		t.Errorf("%+v, %v", o, err)
	}
	rotated, err := b.RotateKeys(ctx, backend.Secret{Passphrase: second})
	if err != nil || len(rotated.Renew) != 1 {
		t.Errorf("%+v, %v", rotated, err)
	}
	_, err = b.RenewRecovery(ctx, backend.Secret{RecoveryCode: fresh.RecoveryCode})
	wantProblem(t, err, "wrap-renew")
	shut(t, b)
	if _, err := open(t, backend.Options{Home: home, Secret: backend.Secret{Passphrase: second}}).Datasets(ctx); err != nil {
		t.Error(err)
	}
}
