#include "runtime/resilience/circuit_breaker.hpp"
