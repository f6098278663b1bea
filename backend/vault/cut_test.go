package vault_test

import (
	"context"
	"testing"
)

// TestAConnectionWritesAfterAnotherCutTheLog: its own slots of the log are gone.
func TestAConnectionWritesAfterAnotherCutTheLog(t *testing.T) {
	ctx, v := context.Background(), create(t, newHome(t))
	one, err := v.DB().Conn(ctx)
	must(t, err)
	defer one.Close()
	other, err := v.DB().Conn(ctx)
	must(t, err)
	defer other.Close()
	_, err = one.ExecContext(ctx, "CREATE TABLE t (x); INSERT INTO t VALUES (randomblob(500000))")
	must(t, err)
	_, err = other.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	must(t, err)
	_, err = other.ExecContext(ctx, "INSERT INTO t VALUES (1)")
	must(t, err)
	_, err = one.ExecContext(ctx, "INSERT INTO t VALUES (2)")
	must(t, err)
}
