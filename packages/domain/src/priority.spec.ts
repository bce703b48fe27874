import { Priority, PRIORITY_WORDS, toPriorityKey } from './priority.ts';

describe('Priority', () => {
  it.each(Object.entries(PRIORITY_WORDS))('reads %s as %i', (word, number) => {
    expect(Priority.parse(word)).toBe(number);
  });

  it.each([1, 5, 9])('keeps %i', (number) => {
    expect(Priority.parse(number)).toBe(number);
  });

  it.each([0, 10, 2.5, 'urgent', '5', null])('refuses %p', (value) => {
    expect(Priority.safeParse(value).success).toBe(false);
  });
});

describe('toPriorityKey', () => {
  it('maps the nine priorities to five keys', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 9].map(toPriorityKey)).toEqual([1, 2, 2, 3, 3, 3, 4, 4, 5]);
  });
});
