/* Sums of doubles that do not depend on the order: two runs over the same numbers, in any order and
 * in any split between threads, give the same bits. Plain double addition does not (0.1 + 0.2 + 0.3
 * has two results), so an answer would change with the number of threads.
 *
 * Two lanes of 128-bit integers: numbers of magnitude below 2^23 in steps of 2^-73, larger ones in
 * steps of 2^-30. Every double from 2^-20 to 2^66 is taken exactly; smaller ones lose what lies
 * below 2^-73; larger ones count as 2^66 (7e19). There is room for 2^31 numbers of any size. */
#ifndef BASE_SUM_H
#define BASE_SUM_H

__extension__ typedef __int128 sum_wide;

struct sum {
    sum_wide small;
    sum_wide large;
};

/* A number that is not finite adds nothing. */
void sum_add(struct sum *sum, double number);
void sum_merge(struct sum *into, const struct sum *from);
/* The double nearest to the exact sum. */
double sum_value(const struct sum *sum);

#endif
