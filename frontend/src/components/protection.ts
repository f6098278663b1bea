/** How the vault is protected, honestly: a demonstration's key lies beside it. */
export function protectionWords(vault: { demonstration: boolean }): string {
  return vault.demonstration
    ? 'Demonstration vault: encrypted, its key lies beside it'
    : 'Encrypted'
}
