// The reference of the API: Swagger UI over the service's own description. “Try it out” sends requests to this service, with the page's key, if there is one.
import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js';
import { isObject, type Json, textAt } from '../request/json';
import { withExamples } from './examples';
import { keepMended } from './mend';
import './reference.css';

interface Asked { url: string; headers: Record<string, string> }

const dark = matchMedia('(prefers-color-scheme: dark)');
const takeTheme = (): void => { document.documentElement.classList.toggle('dark-mode', dark.matches); };
dark.addEventListener('change', takeTheme);
takeTheme();

// A key that was given in Swagger UI has precedence over the page's key.
function withKey(asked: Asked): Asked {
  const key = sessionStorage.getItem('mapreel-key');
  const given = Object.keys(asked.headers).some((name) => name.toLowerCase() === 'authorization');
  if (key !== null && !given && new URL(asked.url, location.href).origin === location.origin) asked.headers.Authorization = `Bearer ${key}`;
  return asked;
}

const headers = (): HeadersInit => {
  const key = sessionStorage.getItem('mapreel-key');
  return key === null ? {} : { authorization: `Bearer ${key}` };
};

// An answer that cannot be read is null: the reference is shown without it.
const read = (path: string): Promise<Json> => fetch(path, { headers: headers() }).then((answer) => (answer.ok ? answer.json() as Promise<Json> : null)).catch(() => null);

const order = ['post', 'get', 'put', 'head', 'delete'];
type Sorted = { get: (name: string) => string };
const sorter = (a: Sorted, b: Sorted): number => order.indexOf(a.get('method')) - order.indexOf(b.get('method')) || a.get('path').localeCompare(b.get('path'));

const [description, jobs, catalogue] = await Promise.all([read('/openapi.json'), read('/api/jobs?status=SUCCESS&limit=1'), read('/api/catalogue')]);
const place = document.getElementById('reference');
if (place) keepMended(place);
SwaggerUI({
  dom_id: '#reference',
  // Without a description, Swagger UI asks for it again and shows the error.
  ...(isObject(description) ? { spec: withExamples(description, { job: textAt(jobs, '/jobs/0/id') || undefined, server: textAt(catalogue, '/servers/0/url') || undefined }) } : { url: '/openapi.json' }),
  // Deep links would be links within the buttons that open a route, which the keyboard cannot reach.
  deepLinking: false,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  tryItOutEnabled: true,
  validatorUrl: null,
  operationsSorter: sorter,
  requestInterceptor: withKey,
  supportedSubmitMethods: ['get', 'put', 'post', 'delete', 'head'],
});
