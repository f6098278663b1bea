package vault

import (
	"context"

	"vitrine/backend/problem"
	"vitrine/backend/vault/keys"
)

// turn is something that is done alone in a vault: it changes the keys, or needs
// them to stay as they are while it reads.
type turn struct {
	what   string // a sentence
	cancel context.CancelFunc
	ended  chan struct{}
}

// take begins something that is done alone; end it with the function it gives.
// Closing the vault cancels the context and waits for the end. Problem:
// "vault-busy" where something else has the turn.
func (v *Vault) take(ctx context.Context, what string) (context.Context, func(), error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return nil, nil, errClosed()
	}
	if v.turn != nil {
		return nil, nil, problem.New(problem.Conflict, "vault-busy", v.turn.what).At(v.home).
			Try("Try again when that is done.")
	}
	ctx, cancel := context.WithCancel(ctx)
	t := &turn{what: what, cancel: cancel, ended: make(chan struct{})}
	v.turn = t
	return ctx, func() {
		v.mu.Lock()
		v.turn = nil
		v.mu.Unlock()
		cancel()
		close(t.ended)
	}, nil
}

// endTurn cancels what has the turn and waits for it. v.mu is held, and let go of
// meanwhile; that the vault is closed keeps others from taking the turn.
func (v *Vault) endTurn() {
	t := v.turn
	if t == nil {
		return
	}
	t.cancel()
	v.mu.Unlock()
	<-t.ended
	v.mu.Lock()
}

// unwrap opens a database's key with the ring as it is now.
func (v *Vault) unwrap(db keys.Database, sealed []byte) (*keys.Key, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.ring.UnwrapKey(db, sealed)
}

// described is vault.json as it is now.
func (v *Vault) described() *manifest {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.manifest
}
