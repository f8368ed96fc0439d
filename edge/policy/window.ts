/** Whether a moment lies in a weekly window, by the clock on the wall of the window's time zone. */
import { DAYS, type Day, type Window } from '../../schema/policy.ts';

const MINUTES = 60;

export function isWithin({ days, from, to, timeZone }: Window, now: Date): boolean {
  const { day, minute } = wallClock(now, timeZone);
  const [start, end] = [minutesOf(from), minutesOf(to)];
  if (start < end) return days.includes(day) && minute >= start && minute < end;
  // Past midnight it is still the window of the day before.
  return (days.includes(day) && minute >= start) || (days.includes(dayBefore(day)) && minute < end);
}

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return hours * MINUTES + minutes;
}

function dayBefore(day: Day): Day {
  return DAYS[(DAYS.indexOf(day) + DAYS.length - 1) % DAYS.length] ?? day;
}

function wallClock(now: Date, timeZone: string): { day: Day; minute: number } {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(now);
  const read = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  const name = read('weekday').toLowerCase();
  const day = DAYS.find((known) => known === name) ?? 'sun';
  return { day, minute: Number(read('hour')) * MINUTES + Number(read('minute')) };
}
