package keys

import (
	"fmt"
	"time"

	"vitrine/backend/problem"
)

const restoreHint = "Put vault.json back from a backup; the data beside it is untouched."

// damaged is a key part that cannot be what Vitrine wrote; found without any key.
func damaged(what string) *problem.Problem {
	return problem.New(problem.Unavailable, "vault-keys-damaged", "The keys in vault.json are damaged. "+what).Try(restoreHint)
}

// edited is a key part that opened and whose MAC is wrong.
func edited() *problem.Problem {
	return problem.New(problem.Unavailable, "vault-keys-edited",
		"The keys in vault.json were changed by something other than Vitrine. The vault stays closed.").
		Try("Tell whoever looks after this computer. " + restoreHint)
}

func newer() *problem.Problem {
	return problem.New(problem.Conflict, "vault-newer", "This vault was made or last used by a newer Vitrine.").
		Try("Update Vitrine on this computer; nothing was changed.")
}

func wrongPassphrase() *problem.Problem {
	return problem.New(problem.Forbidden, "passphrase-wrong", "This passphrase does not open the vault.").
		Try("Check Caps Lock and the keyboard layout and try again. If you are certain of it, open the vault with the recovery code.")
}

func noSuchWay(what string) *problem.Problem {
	return problem.New(problem.Conflict, "wrap-absent", "This vault cannot be opened with "+what+".").
		Try("Open it another way.")
}

func toRenew(what string) *problem.Problem {
	return problem.New(problem.Conflict, "wrap-renew", "The vault's key was rotated and "+what+" was not renewed since.").
		Try("Open the vault another way and renew it under Security.")
}

func keychainLost() *problem.Problem {
	return problem.New(problem.Conflict, "keychain-key-lost",
		"This computer's keychain does not hold the key that belongs to the passphrase of this vault.").
		Try("The vault was copied from another computer or account, or the keychain was reset. Open it with the recovery code, then set the passphrase again.")
}

func keychainUnavailable(err error) *problem.Problem {
	return problem.New(problem.Unavailable, "keychain-unavailable", "This computer's keychain cannot be used at the moment.").
		Try("Sign in to the desktop and unlock its keychain, or open the vault with the recovery code.").Because(err)
}

func waitFor(wait time.Duration) *problem.Problem {
	seconds := int((wait + time.Second - 1) / time.Second)
	return problem.New(problem.Unavailable, "passphrase-wait",
		fmt.Sprintf("There were several wrong passphrases. The next can be tried in %s.", count(seconds, "second"))).
		Try("Wait, or open the vault with the recovery code at once.").
		With(problem.Detail{Place: "retry_after_seconds", Message: fmt.Sprint(seconds)})
}

func unknownWrap(id string) *problem.Problem {
	return problem.New(problem.NotFound, "wrap-unknown", "This vault has no such way to open it.").At(id).
		Try("List the ways and choose one of them.")
}

func invalid(code, message, hint string) *problem.Problem {
	return problem.New(problem.Invalid, code, message).Try(hint)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
