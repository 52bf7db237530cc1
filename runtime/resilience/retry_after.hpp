#pragma once

#include <chrono>
#include <deque>
#include <vector>

namespace cohort::runtime::resilience {

/// Returns in how many seconds it may help to ask again where every place is
/// taken: when the first of those who have one is expected to leave.
///
/// Pure:   `took` is how long the last ones stayed, `running` how long those
///         that are there have been. One that has been there for less than the
///         mean stays for the rest of it; one that outlasted the mean, or has
///         nothing to be compared with, stays as long again as it has been.
/// Units:  1 to 3600 seconds; 1 when nobody is there.
/// Source: the guess for what has outlasted the mean is Gott's, "Implications
///         of the Copernican principle for our future prospects", Nature 1993.
[[nodiscard]] std::chrono::seconds
retry_after(const std::deque<std::chrono::duration<double>>& took,
            const std::vector<std::chrono::duration<double>>& running);

} // namespace cohort::runtime::resilience
