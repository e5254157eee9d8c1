// Repairs what Swagger UI lacks for screen readers and the keyboard: accessible names for its fields and pictures, and a place in the tab order for boxes that
// scroll.

function name(element: Element, words: string | null | undefined): void {
  if (!element.hasAttribute('aria-label')) element.setAttribute('aria-label', words?.trim() || 'Value');
}

// The field of a parameter gets the name of the parameter's row.
const rowOf = (element: Element): string | null | undefined => element.closest('tr')?.querySelector('.parameter__name')?.childNodes[0]?.textContent;

function mend(root: HTMLElement): void {
  for (const field of root.querySelectorAll('select:not([aria-label]), textarea:not([aria-label]), input:not([aria-label], [id])')) {
    const label = field.closest('label')?.textContent;
    name(field, rowOf(field) ?? label ?? (field.closest('.opblock-section-request-body') ? 'Request body' : field.id === 'servers' ? 'Server' : 'Media type'));
  }
  for (const picture of root.querySelectorAll('img:not([alt])')) picture.setAttribute('alt', 'What was answered');
  for (const box of root.querySelectorAll('pre:not([tabindex]), .highlight-code:not([tabindex])')) box.setAttribute('tabindex', '0');
  // The parts above the main part become landmarks (regions), too.
  for (const [part, words] of [['.information-container', 'API'], ['.scheme-container', 'Server']] as const) {
    const element = root.querySelector(part);
    element?.setAttribute('role', 'region');
    element?.setAttribute('aria-label', words);
  }
  // Swagger UI skips a level of headings: each is raised by one.
  for (const heading of root.querySelectorAll('h3:not([aria-level]), h4:not([aria-level]), h5:not([aria-level])')) {
    heading.setAttribute('role', 'heading');
    heading.setAttribute('aria-level', String(Number(heading.tagName[1]) - 1));
  }
}

export function keepMended(root: HTMLElement): void {
  let soon = 0;
  new MutationObserver(() => {
    cancelAnimationFrame(soon);
    soon = requestAnimationFrame(() => mend(root));
  }).observe(root, { childList: true, subtree: true });
}
