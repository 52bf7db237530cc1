#include "runtime/resilience/backoff.hpp"
