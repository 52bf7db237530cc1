#include "runtime/chaos/plan.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <random>

namespace cohort::runtime::chaos {

namespace {

struct known_fault {
  std::string_view name;
  fault what;
  bool on_run;
  bool on_node;
  bool has_moment;
};

constexpr known_fault known_faults[] = {
  {"kill-worker", fault::kill_worker, true, true, true},
  {"hang-worker", fault::hang_worker, true, true, true},
  {"fail-disk", fault::fail_disk, true, false, true},
  {"slow-node", fault::slow_node, false, true, false},
  {"drop-link", fault::drop_link, false, true, true},
};

/// Where the text does not say when.
constexpr uint64_t drawn_moments = 10;

std::string allowed_at(place where) {
  std::string names;
  for (auto& known : known_faults)
    if (where == place::run ? known.on_run : known.on_node)
      names += (names.empty() ? "" : ", ") + std::string{known.name}
               + (known.has_moment ? "[@N]" : "");
  return names;
}

error refusal(std::string_view text, place where, const std::string& why) {
  return {errc::invalid_request,
          "--chaos " + std::string{text} + ": " + why
            + "; expected SEED:FAULT,..., with a number for a seed, of "
            + allowed_at(where)};
}

std::optional<uint64_t> number_in(std::string_view text) {
  uint64_t number = 0;
  auto* end = text.data() + text.size();
  auto [last, failed] = std::from_chars(text.data(), end, number);
  if (failed != std::errc{} || last != end || text.empty())
    return std::nullopt;
  return number;
}

/// Cuts the text off at the sign; returns what was in front of it.
std::string_view cut_off(std::string_view& text, char sign) {
  auto at = text.find(sign);
  auto front = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view{}
                                      : text.substr(at + 1);
  return front;
}

} // namespace

expected<plan> plan::parse(std::string_view text, place where) {
  auto rest = text;
  auto seed = number_in(cut_off(rest, ':'));
  if (!seed)
    return refusal(text, where, "it does not begin with a seed");
  if (rest.empty() || rest.back() == ',')
    return refusal(text, where, "a fault is missing");
  std::mt19937_64 random{*seed};
  plan result;
  while (!rest.empty()) {
    auto one = cut_off(rest, ',');
    auto has_moment = one.find('@') != std::string_view::npos;
    auto name = cut_off(one, '@');
    auto known = std::find_if(std::begin(known_faults), std::end(known_faults),
                              [&](auto& x) { return x.name == name; });
    if (known == std::end(known_faults))
      return refusal(text, where,
                     "there is no fault \"" + std::string{name} + '"');
    if (where == place::run && !known->on_run)
      return refusal(text, where,
                     std::string{name}
                       + " needs a node: give it to `cohort node`");
    if (where == place::node && !known->on_node)
      return refusal(text, where,
                     std::string{name}
                       + " needs a journal, which a node has not: give it to "
                         "`cohort run`");
    if (has_moment && !known->has_moment)
      return refusal(text, where, std::string{name} + " has no @N");
    // Drawn even when it is not used, so that one fault's moment does not
    // change another's.
    auto moment = random() % drawn_moments + 1;
    if (!known->has_moment)
      moment = 1;
    if (has_moment) {
      auto given = number_in(one);
      if (!given || *given == 0)
        return refusal(text, where,
                       "behind @ comes a number, from 1, not \""
                         + std::string{one} + '"');
      moment = *given;
    }
    result.strikes_.push_back({known->what, moment});
  }
  return result;
}

bool plan::strikes(fault what, uint64_t number) const {
  return std::find(strikes_.begin(), strikes_.end(), strike{what, number})
         != strikes_.end();
}

bool plan::holds(fault what, uint64_t number) const {
  return std::any_of(strikes_.begin(), strikes_.end(),
                     [&](auto& x) { return x.what == what && x.at <= number; });
}

std::string to_string(fault what) {
  for (auto& known : known_faults)
    if (known.what == what)
      return std::string{known.name};
  return "unknown";
}

} // namespace cohort::runtime::chaos
