/** How the vault is protected, honestly: "Demonstration vault: not encrypted". */
export function protectionWords(vault: { demonstration: boolean; protection: string }): string {
  const how = vault.protection === 'none' ? 'not encrypted' : vault.protection
  return `${vault.demonstration ? 'Demonstration vault' : 'Vault'}: ${how}`
}
