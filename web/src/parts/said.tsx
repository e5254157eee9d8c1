// A message of the service or of a map server, as text; words in backticks are shown as code.

export function Said({ text }: { text: string }) {
  return <>{text.split('`').map((part, index) => (index % 2 ? <code key={`${index} ${part}`}>{part}</code> : part))}</>;
}
