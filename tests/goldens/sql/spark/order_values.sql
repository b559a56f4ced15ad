/* order_values: one row per number of repeats and what they came to, of members who came back and spent something. */
/* reads   histories */
/* The first order is left out: it says what brought a member, the others what they are worth. */
SELECT
  repeats,
  repeat_sales,
  COUNT(*) AS members
FROM histories
WHERE
  repeats > 0 AND repeat_sales > 0
GROUP BY
  repeats,
  repeat_sales
