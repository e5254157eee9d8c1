import { describe, expect, it } from 'vitest';
import { expand, newestRange, parseDuration, parseTime, writeTime } from './iso';

describe('times', () => {
  it('expand intervals by the calendar', () => {
    expect(expand('2015-01-31T00:00:00Z/2015-04-30T00:00:00Z/P1M').map(writeTime)).toEqual(['2015-01-31', '2015-02-28', '2015-03-31', '2015-04-30']);
    expect(expand('2015-01-01,2014-01-01, 2015-01-01').map(writeTime)).toEqual(['2014-01-01', '2015-01-01']);
  });
  it('are UTC without an offset', () => {
    expect(parseTime('2020-08-30T12:00')).toBe(Date.UTC(2020, 7, 30, 12));
    expect(parseTime('2020-08-30T12:00+02:00')).toBe(Date.UTC(2020, 7, 30, 10));
    expect(parseTime('now')).toBeNull();
  });
  it('have steps', () => {
    expect(parseDuration('PT6H')).toEqual({ months: 0, ms: 21_600_000 });
    expect(parseDuration('P1Y2M')).toEqual({ months: 14, ms: 0 });
    expect(parseDuration('P')).toBeNull();
  });
  it('give the newest ones as an interval where they have a step', () => {
    expect(newestRange('2015-01-01/2019-12-01/P1M', 3)).toBe('2019-10-01/2019-12-01/P1M');
    expect(newestRange('2015-01-01,2015-01-05', 3)).toEqual(['2015-01-01', '2015-01-05']);
    expect(newestRange('soon', 3)).toBeNull();
  });
});
