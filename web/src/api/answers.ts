// The service's answers; fields that the page does not use are left out.
import type { Json } from '../request/json';

export interface Warning { code: string; message: string; layer?: string | null; frame?: number | null }

export interface Job {
  id: string;
  title: string | null;
  preview: string | null;
  service: 'image' | 'animation';
  status: 'PENDING' | 'RUNNING' | 'SUCCESS' | 'FAILED' | 'CANCELLED' | 'EXPIRED';
  created: string;
  finished: string | null;
  expires: string | null;
  progress: { done: number; total: number; percent: number; stage: string; eta_s: number | null };
  waiting_for: { code: string; detail: string } | null;
  queue_position: number | null;
  location: string | null;
  artifact: { format: string; content_type: string; size_bytes: number; width: number; height: number; frames: number; duration_s: number } | null;
  warnings: Warning[];
  warnings_count: number;
  failure: { code?: string; message?: string; detail?: string } | null;
}

export interface Explanation {
  map: { crs: string; width: number; height: number; bbox: [number, number, number, number] };
  frames: { count: number; times: string[]; times_of: string | null; values: (string | number)[]; values_of: string | null };
  layers: { name: string; what: string; times: string[]; server_unasked: boolean }[];
  upstream_requests: number;
  output: { format: string; fps: number; duration_s: number; size_bytes: number };
  warnings: Warning[];
}

export interface OfferedLayer {
  name: string;
  title?: string;
  description?: string;
  within?: string[];
  crs?: string[];
  degrees?: [number, number, number, number];
  styles?: { name: string; title?: string }[];
  dimensions?: { name: string; default?: string; extent?: string; axis?: { first?: string; last?: string; count?: number; problem?: string } }[];
}

export interface Offer { service: string; title?: string; layers: OfferedLayer[] }

export interface HeldPart { job: string; title: string | null; part: string; done: number; frames: number; attempt: number; lease_ends: string }
export interface AskedServer { host: string; answered: number; failed: number; mean_s: number; failure: string | null }
export interface Overview { workers: { worker: string; parts: HeldPart[] }[]; more_jobs: boolean; upstreams: AskedServer[] }

export type Role = 'submit' | 'read' | 'operate';
export interface OwnKey { name: string | null; roles: Role[] }

export interface ListedServer { title: string; url: string; type?: string; description?: string }
export interface Preset { title: string; description?: string; request: Json }
export interface Catalogue { servers: ListedServer[]; presets: Preset[] }
