// Runs before anything else, so that tests (and a worried administrator) can see
// whether any part of the page ever asked for more than the policy allows.
window.__cspViolations = []
document.addEventListener('securitypolicyviolation', function (event) {
  window.__cspViolations.push(
    event.violatedDirective +
      ' ' +
      event.blockedURI +
      ' ' +
      event.sourceFile +
      ':' +
      event.lineNumber,
  )
})
