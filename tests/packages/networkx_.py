import networkx as nx

g = nx.Graph()
g.add_weighted_edges_from([('a', 'b', 4), ('a', 'c', 1), ('c', 'b', 2), ('b', 'd', 5), ('e', 'f', 1)])
print(g, nx.shortest_path(g, 'a', 'd', weight='weight'), nx.dijkstra_path_length(g, 'a', 'd'))
print(sorted(map(sorted, nx.connected_components(g))), sorted(nx.minimum_spanning_tree(g).edges(data='weight')))
d = nx.DiGraph([(1, 2), (2, 3), (1, 3), (3, 4)])
print(list(nx.topological_sort(d)), nx.is_directed_acyclic_graph(d), sorted(nx.descendants(d, 2)), nx.dag_longest_path(d))
petersen = nx.petersen_graph()
print(nx.diameter(petersen), nx.average_clustering(petersen), nx.is_planar(petersen), len(list(nx.find_cliques(petersen))))
print({k: round(v, 4) for k, v in nx.betweenness_centrality(nx.path_graph(5)).items()})
print(nx.maximum_flow_value(nx.DiGraph([(0, 1, {'capacity': 3}), (1, 2, {'capacity': 2})]), 0, 2))
print(sorted(nx.community.greedy_modularity_communities(nx.karate_club_graph())[0])[:6])
print(nx.to_dict_of_lists(nx.grid_2d_graph(2, 2)), nx.is_isomorphic(nx.cycle_graph(4), nx.grid_2d_graph(2, 2)))
try:
    nx.shortest_path(g, 'a', 'e')
except nx.NetworkXNoPath as error:
    print(error)
