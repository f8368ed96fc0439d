/** Request counts and times in the Prometheus text format (exposition format 0.0.4), per process or isolate. */

const BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const;

export class Metrics {
  readonly #requests = new Map<string, number>();
  readonly #buckets = BUCKETS_S.map(() => 0);
  #sum = 0;
  #count = 0;

  observe(method: string, status: number, seconds: number): void {
    const key = `method="${method}",status="${status}"`;
    this.#requests.set(key, (this.#requests.get(key) ?? 0) + 1);
    this.#sum += seconds;
    this.#count += 1;
    for (const [at, bound] of BUCKETS_S.entries())
      if (seconds <= bound) this.#buckets[at] = (this.#buckets[at] ?? 0) + 1;
  }

  text(): string {
    const name = 'fabric_api_request_duration_seconds';
    return [
      '# HELP fabric_api_requests_total Requests answered.',
      '# TYPE fabric_api_requests_total counter',
      ...[...this.#requests].map(([labels, count]) => `fabric_api_requests_total{${labels}} ${count}`),
      `# HELP ${name} Time to answer.`,
      `# TYPE ${name} histogram`,
      ...BUCKETS_S.map((bound, at) => `${name}_bucket{le="${bound}"} ${this.#buckets[at] ?? 0}`),
      `${name}_bucket{le="+Inf"} ${this.#count}`,
      `${name}_sum ${this.#sum}`,
      `${name}_count ${this.#count}`,
      '',
    ].join('\n');
  }
}
