#!/bin/sh
# The morning's referral report, unattended: referral-report.sh FOLDER [SIYU]
#
# FOLDER holds the exports and siyu.toml; SIYU is the command, if it is not on the PATH. Every run leaves one line in
# FOLDER/裂变.log. Nothing is printed unless something is wrong, so that cron writes a mail only then.
set -u
folder=${1:?"the folder with the exports"}
siyu=${2:-siyu}
cd "$folder" || exit 66
yesterday=$(date -d yesterday +%F 2>/dev/null || date -v-1d +%F)

for attempt in 1 2 3; do
    "$siyu" referral-report 邀请记录.xlsx 会员.xlsx 订单.xlsx 渠道费用.xlsx \
        --as-of "${AS_OF:-$yesterday}" --since last --fail-on 'suspicious_rate > 0.1' \
        -o 裂变.html --force --lang zh 2>.referral-report.said
    code=$?
    cat .referral-report.said >>裂变.log
    [ "$code" -eq 75 ] || break # another run holds the shop: try again
    [ "$attempt" -eq 3 ] || sleep "${RETRY_SECONDS:-120}"
done
[ "$code" -eq 0 ] || cat .referral-report.said
rm -f .referral-report.said
exit "$code"
