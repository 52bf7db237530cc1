#include "runtime/council/consensus.hpp"
