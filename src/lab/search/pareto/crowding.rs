//! Crowding distance (Deb et al. 2002, NSGA-II, section III-B).

/// How far the neighbours of each member of a front are apart, summed over goals, each in shares of its range; infinite at
/// the ends. Members with equal goals count as neighbours in their order.
pub fn crowding(goals: &[&[f64]]) -> Vec<f64> {
    let mut distance = vec![0.0; goals.len()];
    for goal in 0..goals.first().map_or(0, |g| g.len()) {
        let mut order: Vec<usize> = (0..goals.len()).collect();
        order.sort_by(|&a, &b| goals[a][goal].total_cmp(&goals[b][goal]).then(a.cmp(&b)));
        let (first, last) = (order[0], order[order.len() - 1]);
        let range = goals[last][goal] - goals[first][goal];
        [first, last].into_iter().for_each(|end| distance[end] = f64::INFINITY);
        for near in order.windows(3).filter(|_| range > 0.0) {
            distance[near[1]] += (goals[near[2]][goal] - goals[near[0]][goal]) / range;
        }
    }
    distance
}
