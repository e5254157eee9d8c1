// What the service or a server says, as text; what it sets in backticks is set as code.

export function Said({ text }: { text: string }) {
  return <>{text.split('`').map((part, index) => (index % 2 ? <code key={`${index} ${part}`}>{part}</code> : part))}</>;
}
