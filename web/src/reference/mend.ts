// What Swagger UI leaves without words, or out of reach of keys: names for its fields and pictures, and a place in the order of tabs for what scrolls.

function name(element: Element, words: string | null | undefined): void {
  if (!element.hasAttribute('aria-label')) element.setAttribute('aria-label', words?.trim() || 'Value');
}

// A field of a parameter is called as its row is.
const rowOf = (element: Element): string | null | undefined => element.closest('tr')?.querySelector('.parameter__name')?.childNodes[0]?.textContent;

function mend(root: HTMLElement): void {
  for (const field of root.querySelectorAll('select:not([aria-label]), textarea:not([aria-label]), input:not([aria-label], [id])')) {
    const label = field.closest('label')?.textContent;
    name(field, rowOf(field) ?? label ?? (field.closest('.opblock-section-request-body') ? 'Request body' : field.id === 'servers' ? 'Server' : 'Media type'));
  }
  for (const picture of root.querySelectorAll('img:not([alt])')) picture.setAttribute('alt', 'What was answered');
  for (const box of root.querySelectorAll('pre:not([tabindex]), .highlight-code:not([tabindex])')) box.setAttribute('tabindex', '0');
  // What stands above the main part is a part, too.
  for (const [part, words] of [['.information-container', 'API'], ['.scheme-container', 'Server']] as const) {
    const element = root.querySelector(part);
    element?.setAttribute('role', 'region');
    element?.setAttribute('aria-label', words);
  }
  // Levels that are left out in the order of headings.
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
