-- 100 learners read, each with her own cookie.
local cookies = {}
for line in io.lines(os.getenv("BENCH_WORK") .. "/cookies.txt") do cookies[#cookies + 1] = line end
local n = 0
function request()
    n = n + 1
    return wrk.format("GET", nil, { ["Cookie"] = cookies[n % #cookies + 1] })
end
