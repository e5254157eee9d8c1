// Reads the text of a stream of server-sent events.

export interface Event { id: string; name: string; data: string }

// Takes the whole events off the front of a text; `rest` is the beginning of the next event.
export function takeEvents(text: string): { events: Event[]; rest: string } {
  const blocks = text.replaceAll('\r\n', '\n').split('\n\n');
  const rest = blocks.pop() ?? '';
  const events = blocks.map((block) => {
    const event: Event = { id: '', name: 'message', data: '' };
    for (const line of block.split('\n')) {
      const [, field, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
      if (field === 'id') event.id = value ?? '';
      if (field === 'event') event.name = value ?? '';
      if (field === 'data') event.data += (event.data ? '\n' : '') + (value ?? '');
    }
    return event;
  });
  return { events: events.filter((event) => event.data !== ''), rest };
}
