// The request as something to paste: for curl, for Python, for the program itself.

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const file = (text: string): string => `cat > request.json <<'END_OF_REQUEST'\n${text}\nEND_OF_REQUEST\n`;

export interface Service { origin: string; keyed: boolean }

export function asCurl(text: string, { origin, keyed }: Service, film: boolean): string {
  const url = `${origin}/api/service/${film ? 'animation' : 'image'}`;
  return `${file(text)}curl -i${keyed ? ' -H "Authorization: Bearer $MAPREEL_KEY"' : ''} -H 'Content-Type: application/json' --data-binary @request.json ${quoted(url)}\n`;
}

export function asPython(text: string, { origin, keyed }: Service, film: boolean): string {
  // The JSON text can stand in a raw Python string of three quotes: it never has three quotes in a row, since quotes within JSON strings are escaped.
  return [
    `import json, ${keyed ? 'os, ' : ''}urllib.request`,
    '',
    `SERVICE = ${JSON.stringify(origin)}`,
    `request = json.loads(r"""${text}""")`,
    '',
    'def ask(path, body=None):',
    '    data = None if body is None else json.dumps(body).encode()',
    '    headers = {"Content-Type": "application/json"}',
    ...(keyed ? ['    headers["Authorization"] = "Bearer " + os.environ["MAPREEL_KEY"]'] : []),
    '    with urllib.request.urlopen(urllib.request.Request(SERVICE + path, data, headers)) as answer:',
    '        return answer.read()',
    '',
    `job = json.loads(ask("/api/service/${film ? 'animation' : 'image'}", request))`,
    'while job["status"] in ("PENDING", "RUNNING"):',
    '    job = json.loads(ask(f"/api/job-status/{job[\'id\']}?wait=30"))',
    'if job["status"] != "SUCCESS":',
    '    raise SystemExit(job["failure"])',
    'with open("map." + job["artifact"]["format"], "wb") as out:',
    '    out.write(ask(job["location"]))',
    '',
  ].join('\n');
}

export const asCli = (text: string, format: string): string => `${file(text)}mapreel render request.json -o map.${format}\n`;
