#include <ctime>

/// What libraries take for the time of day, in a program that plays. It stands
/// still: a play must not depend on when it is played.
extern "C" std::time_t time(std::time_t* result) noexcept {
  constexpr std::time_t now = 1'700'000'000;
  if (result != nullptr)
    *result = now;
  return now;
}
