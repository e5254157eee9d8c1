// The icons of the page, drawn as lines of the text's colour. Screen readers skip them: the control with the icon has a label.

const paths = {
  add: 'M12 5v14M5 12h14',
  again: 'M4 12a8 8 0 1 0 2.6-5.9M4 4v4.5h4.5',
  back: 'M15 5l-7 7 7 7',
  close: 'M6 6l12 12M18 6 6 18',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  down: 'M12 5v14M6 13l6 6 6-6',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  edit: 'M4 20h4L19 9l-4-4L4 16z',
  film: 'M4 5h16v14H4zM8 5v14M16 5v14M4 12h16',
  grip: 'M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01',
  key: 'M14 10a4 4 0 1 1-4-4 4 4 0 0 1 4 4zM13 13l7 7M17 17l2-2',
  layers: 'M12 4l9 5-9 5-9-5zM3 14l9 5 9-5',
  link: 'M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1',
  map: 'M9 4 3 6v14l6-2 6 2 6-2V4l-6 2zM9 4v14M15 6v14',
  minus: 'M5 12h14',
  more: 'M9 5l7 7-7 7',
  move: 'M12 3v18M3 12h18M12 3 9.5 5.5M12 3l2.5 2.5M12 21l-2.5-2.5M12 21l2.5-2.5M3 12l2.5-2.5M3 12l2.5 2.5M21 12l-2.5-2.5M21 12l-2.5 2.5',
  next: 'M6 5l9 7-9 7zM18 5v14',
  pause: 'M8 5v14M16 5v14',
  play: 'M7 5l12 7-12 7z',
  previous: 'M18 5l-9 7 9 7zM6 5v14',
  redo: 'M20 8H9a5 5 0 0 0 0 10h4M16 4l4 4-4 4',
  remove: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  search: 'M16 16l5 5M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13z',
  undo: 'M4 8h11a5 5 0 0 1 0 10h-4M8 4 4 8l4 4',
  up: 'M12 19V5M6 11l6-6 6 6',
  view: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
  warning: 'M12 4 2.5 20h19zM12 10v5M12 17.5v.01',
};

export type IconName = keyof typeof paths;

export const Icon = ({ name }: { name: IconName }) => (
  <svg class="icon" viewBox="0 0 24 24" width="16" height="16" aria-hidden="true" focusable="false">
    <path d={paths[name]} fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" />
  </svg>
);
