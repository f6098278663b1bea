package gateway

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"vitrine/backend"
)

func (g *Gateway) vaultRoutes() {
	add(g, huma.Operation{
		OperationID: "vault-state", Method: http.MethodGet, Path: "/api/v1/vault", Tags: []string{"vault"},
		Summary: "Whether the vault is open; while it is locked every other address answers 423 vault-locked",
	}, func(context.Context, *struct{}) (*answer[backend.VaultState], error) {
		return reply(g.backend.State())
	})
	add(g, huma.Operation{
		OperationID: "unlock-vault", Method: http.MethodPost, Path: "/api/v1/vault/unlock", Tags: []string{"vault"},
		Summary: "Open the vault with its passphrase or its recovery code",
	}, func(ctx context.Context, in *struct{ Body backend.Secret }) (*answer[backend.VaultState], error) {
		if err := g.backend.Unlock(ctx, in.Body); err != nil {
			return nil, err
		}
		return reply(g.backend.State())
	})
	add(g, huma.Operation{
		OperationID: "lock-vault", Method: http.MethodPost, Path: "/api/v1/vault/lock", Tags: []string{"vault"},
		Summary: "Close the vault and forget its keys",
	}, func(ctx context.Context, _ *struct{}) (*answer[backend.VaultState], error) {
		if err := g.backend.Lock(ctx); err != nil {
			return nil, err
		}
		return reply(g.backend.State())
	})
	add(g, huma.Operation{
		OperationID: "check-vault", Method: http.MethodPost, Path: "/api/v1/vault/check", Tags: []string{"vault"},
		Summary: "Authenticate every page of the vault and its log",
	}, func(ctx context.Context, _ *struct{}) (*answer[backend.CheckReport], error) {
		return reply(g.backend.Check(ctx))
	})
}
